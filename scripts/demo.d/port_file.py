"""How a server that listens on a port of the kernel's choice tells which one."""


def write_port(port_file, port):
    """Written whole or not at all: whoever waits for the file may read it at any moment."""
    part = port_file.with_suffix(".part")
    part.write_text(f"{port}\n")
    part.rename(port_file)
