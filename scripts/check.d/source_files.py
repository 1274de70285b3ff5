"""Which files of the current folder are ours: tracked or new, never what .gitignore names."""

import pathlib
import subprocess


def source_files():
    """Relative paths, sorted; every file where the folder is no git checkout."""
    here = pathlib.Path(".")
    if (here / ".git").exists():
        listed = subprocess.run(["git", "ls-files", "-coz", "--exclude-standard"], check=True,
                                capture_output=True).stdout.decode().split("\0")
        paths = [pathlib.Path(name) for name in listed if name]
    else:
        paths = [path for path in here.rglob("*")]
    return sorted({path for path in paths if path.is_file() and not path.is_symlink()})
