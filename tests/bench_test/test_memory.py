import os
import subprocess
import sys

from tests.bench.memory import command_line, descendants, peak_mib


def test_the_memory_of_a_process_counts_its_children_too():
    command = [sys.executable, "-c", "print('here', flush=True); input()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        # A program that has only just begun holds next to nothing yet.
        assert child.stdout
        assert child.stdout.readline() == "here\n"
        assert child.pid in descendants(os.getpid())
        assert "input()" in command_line(child.pid)
        alone = peak_mib(child.pid)
        assert 1 < alone < peak_mib(os.getpid())
        child.communicate("\n")
