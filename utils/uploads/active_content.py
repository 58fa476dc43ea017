"""Web pages and scripts inside of other files, found in linear time whatever the file holds.

Every pattern begins with a fixed character or word, which ``re`` finds at the speed of memchr,
and every repetition in it is bounded. The content is read in pieces that overlap by more than
the longest match. 10 MB of the worst content that was tried cost 0.2 s of CPU
(`python -m bench uploads`).
"""

import re

from .content import PIECE, Content
from .refusals import ACTIVE_CONTENT, FileRefusedError

# Longer than any match: a tag with its handler has at most 300 bytes.
OVERLAP = 512

# An accepted file has a few of them by chance. Each costs a look at what stands before it.
MAX_HANDLER_WORDS = 10_000

ACTIVE_TAGS = (
    "html head body title script style iframe frame frameset object embed applet form input "
    "button textarea meta link base template noscript marquee"
)


def any_of(words: str) -> str:
    """Return a pattern for any of the ``words`` that looks at each character once: a trie."""
    trie: dict = {}
    for word in words.split():
        node = trie
        for character in word:
            node = node.setdefault(character, {})
        node[""] = {}

    def pattern(node: dict) -> str:
        branches = [re.escape(c) + pattern(n) for c, n in sorted(node.items()) if c]
        joined = f"(?:{'|'.join(branches)})" if branches else ""
        return joined + "?" if branches and "" in node else joined

    return pattern(trie)


# All patterns are for lower case.
_TAG = re.compile(
    rb"<(?=[!?abefhilmnost])(?:" + any_of(ACTIVE_TAGS).encode() + rb"[\s/>]"
    # Four bytes can be chance in a photo: what follows must be readable too.
    rb"|svg[\s/>][\t-\r\x20-\x7e]{6}|!doctype\s{1,20}html|\?php|\?xml-stylesheet)"
)
_SCRIPT_LINKS = (
    re.compile(rb"javascript:(?<!\wjavascript:)"),
    re.compile(rb"vbscript:(?<!\wvbscript:)"),
    re.compile(rb"data:text/html"),
)
# An event handler is looked for by its name, because tags are more often chance.
_HANDLER_WORD = re.compile(rb"on(?<!\won)[a-z]{3,20}+\s{0,20}+=\s{0,20}+[\"'\w\x80-\xff]")
_TAG_BEFORE = re.compile(rb"<[a-z][a-z0-9]{0,20}[\s/][\t-\r\x20-;=?-~]{0,200}\Z")
_LONGEST_TAG_BEFORE = 223


def refuse_active_content(content: Content) -> None:
    """Raise FileRefusedError when ``content`` has a web page or a script in it."""
    # "GIF89a/*" begins a script, if nobody stops the browser from running it.
    if b"/*" in content[:12]:
        raise FileRefusedError(ACTIVE_CONTENT)
    handler_words = 0
    for start in range(0, len(content), PIECE):
        # One byte more than the overlap, for what must not stand before a match.
        before = max(0, start - OVERLAP)
        piece = content[before : start + PIECE].lower()
        handler_words += refuse_active_piece(piece, 1 if before else 0)
        if handler_words > MAX_HANDLER_WORDS:
            raise FileRefusedError(ACTIVE_CONTENT)


def refuse_active_piece(piece: bytes, first: int = 0) -> int:
    """Look through one piece in lower case, for matches that begin at ``first`` or later.

    Returns how many names of handlers it has, without a tag; raises FileRefusedError.
    """
    if _TAG.search(piece, first) or any(link.search(piece, first) for link in _SCRIPT_LINKS):
        raise FileRefusedError(ACTIVE_CONTENT)
    handler_words = 0
    for word in _HANDLER_WORD.finditer(piece, first):
        place = word.start()
        tag = piece.rfind(b"<", max(0, place - _LONGEST_TAG_BEFORE), place)
        if tag != -1 and _TAG_BEFORE.match(piece, tag, place):
            raise FileRefusedError(ACTIVE_CONTENT)
        handler_words += 1
        if handler_words > MAX_HANDLER_WORDS:
            raise FileRefusedError(ACTIVE_CONTENT)
    return handler_words
