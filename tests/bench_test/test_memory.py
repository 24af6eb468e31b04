import os
import subprocess
import sys

from tests.bench.memory import command_line, descendants, peak_mib


def test_the_memory_of_a_process_counts_its_children_too():
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, text=True) as child:
        assert child.pid in descendants(os.getpid())
        assert "input()" in command_line(child.pid)
        alone = peak_mib(child.pid)
        assert 1 < alone < peak_mib(os.getpid())
        child.communicate("\n")
