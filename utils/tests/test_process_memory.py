from utils.cache.process_memory import ProcessMemory


def test_keeps_the_last_values_and_no_more():
    memory = ProcessMemory[str](3)
    for number in range(5):
        memory.keep(number, str(number))
    assert [memory.get(number) for number in range(5)] == [None, None, "2", "3", "4"]


def test_what_is_kept_again_drives_nothing_out():
    memory = ProcessMemory[str](2)
    memory.keep("a", "1")
    memory.keep("b", "2")
    memory.keep("b", "3")
    assert (memory.get("a"), memory.get("b")) == ("1", "3")


def test_forgets_for_tests():
    memory = ProcessMemory[str](2)
    memory.keep("a", "1")
    ProcessMemory.forget_all()
    assert memory.get("a") is None
