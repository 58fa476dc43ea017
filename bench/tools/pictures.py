"""What the largest pictures of staff cost: CPU and memory of preparing each, in a fresh process.

    python -m bench pictures

Memory is what the peak of the resident set grew by, with the pages of the file that were read.
Linux only.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image

from .uploads import resident

TOP = Path(__file__).parents[2]


def noise(width: int, height: int) -> Image.Image:
    """Something that packs about as badly as a photo."""
    side = Image.effect_noise((width // 4, height // 4), 20)
    return Image.merge("RGB", [side, side.rotate(180), side]).resize((width, height))


def make(folder: Path) -> list[Path]:
    exif = Image.Exif()
    exif[0x0112] = 6
    noise(12032, 9024).save(folder / "108-megapixels.jpg", quality=90, exif=exif)
    noise(16320, 12240).save(folder / "200-megapixels.jpg", quality=60)
    other = noise(6000, 5000)
    other.save(folder / "progressive.jpg", progressive=True, subsampling=0)
    drawing = Image.linear_gradient("L").resize((6000, 5000))  # noise would have 43 MB
    drawing.convert("RGBA").save(folder / "whole.png")
    other.convert("P").save(folder / "whole.gif")
    noise(4000, 4000).convert("RGBA").save(folder / "whole.webp", method=0)
    return sorted(folder.iterdir())


def measure(path: Path) -> None:
    from django.conf import settings

    settings.configure(USE_I18N=False)
    from django.core.files.base import File

    from utils.pictures import picture_prepare
    from utils.uploads.refusals import FileRefusedError

    before = resident("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    started = time.process_time()
    with path.open("rb") as file:
        try:
            files = picture_prepare(File(file), folder="goods").files
            result = ", ".join(f"{size} {len(content):,}" for size, content in files.items())
        except FileRefusedError as error:
            result = str(error.args[0])
    seconds = time.process_time() - started
    grown = (resident("VmHWM") - before) / 1024
    size = path.stat().st_size / 2**20
    sys.stdout.write(f"{path.name:20} {size:6.1f} MB {seconds:6.2f} s {grown:6.0f} MB  {result}\n")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench pictures", description=__doc__)
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    if one := parser.parse_args().one:
        measure(one)
        return
    with tempfile.TemporaryDirectory() as folder:
        for path in make(Path(folder)):
            command = [sys.executable, "-m", "bench.tools.pictures", "--one", str(path)]
            subprocess.run(command, cwd=TOP, check=True)


if __name__ == "__main__":
    main()
