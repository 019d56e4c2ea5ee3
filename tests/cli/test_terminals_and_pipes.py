"""The real command as a process: quiet in pipes, colours and a live line on terminals alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

THALWEG = [sys.executable, "-m", "thalweg.cli.main"]
NIST = Path(__file__).parents[2] / "examples" / "nist"
# Some seconds of work that is ended long before it is done.
LONG = ["minimize", "(x - 1)**2 + 100*(y - x**2)**2", "x=-1", "y=2"]
LONG += ["--method", "gd", "--rate", "1e-6", "--steps", "10000000"]


def environment(**more):
    plain = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR")}
    return {**plain, "TERM": "xterm-256color", **more}


def process(*words, **options):
    return subprocess.run(
        [*THALWEG, *words],
        capture_output=True,
        text=True,
        check=False,
        env=environment(),
        **options,
    )


def on_terminal(words, *, until=None, **more):
    """Runs the command on a terminal of its own; after `until` has appeared it is interrupted."""
    pty = pytest.importorskip("pty", reason="this system has no pseudo-terminals")
    child, terminal = pty.fork()
    if child == 0:
        os.execve(THALWEG[0], [*THALWEG, *words], environment(**more))  # noqa: S606 - the own command
    shown = b""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            piece = os.read(terminal, 65536)
        except OSError:  # the other side is closed
            break
        if not piece:
            break
        shown += piece
        if until is not None and until in shown:
            os.kill(child, signal.SIGINT)
            until = None
    os.close(terminal)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return code, shown.decode()


def test_the_installed_command_is_the_same():
    script = Path(sys.executable).with_name("thalweg")
    if not script.exists():
        pytest.skip("the package is not installed beside this interpreter")
    answer = subprocess.run([script, "--version"], capture_output=True, text=True, check=True)
    assert answer.stdout == process("--version").stdout
    assert answer.stdout.startswith("thalweg ")


def test_help_loads_nothing_heavy():
    program = (
        "import sys; from thalweg.cli.main import run; run(['minimize', '--help']);"
        "print(sorted({'scipy', 'matplotlib', 'rich', 'thalweg.descent', 'thalweg.fit', 'thalweg.plot'}"
        " & set(sys.modules)))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert answer.stdout.splitlines()[-1] == "[]"


def test_a_pipe_gets_the_answer_and_no_colours():
    answer = process("minimize", "x**2", "x=3")
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "\x1b" not in answer.stdout
    assert answer.stdout.splitlines()[-1].startswith("converged: ")


def test_a_fault_in_a_pipe_is_one_line():
    answer = process("minimize", "x^2", "x=3")
    assert (answer.returncode, answer.stdout) == (2, "")
    assert len(answer.stderr.splitlines()) == 1


@pytest.mark.parametrize("json", [[], ["--json"]])
def test_a_reader_that_has_gone_is_no_fault(json):
    words = ["fit", str(NIST / "gauss1.csv"), "y = a + b*x", *json]
    read, write = os.pipe()
    os.close(read)
    answer = subprocess.run(
        [*THALWEG, *words], stdout=write, stderr=subprocess.PIPE, check=False, env=environment()
    )
    os.close(write)
    assert (answer.returncode, answer.stderr) == (141, b"")


def test_head_gets_its_line():
    command = f"'{sys.executable}' -m thalweg.cli.main minimize 'x**2' x=1 | head -1"
    answer = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True)
    assert answer.stdout.split() == ["f", "x**2"]
    assert answer.stderr == ""


def test_standard_output_that_was_closed_from_the_start():
    command = f"'{sys.executable}' -m thalweg.cli.main minimize 'x**2' x=1 >&-"
    answer = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert (answer.returncode, answer.stderr) == (0, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_one_line():
    with open("/dev/full", "w") as full:
        answer = subprocess.run(
            [*THALWEG, "minimize", "x**2", "x=1"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert answer.returncode == 2
    assert len(answer.stderr.splitlines()) == 1


def test_an_ascii_terminal_shows_what_it_can(tmp_path):
    file = tmp_path / "größe.csv"
    file.write_text("x,y\n1,2\n2,4\n3,7\n", encoding="utf-8")
    answer = subprocess.run(
        [*THALWEG, "fit", str(file), "y = a*x"],
        capture_output=True,
        check=False,
        env=environment(PYTHONIOENCODING="ascii", PYTHONUTF8="0", LC_ALL="C"),
    )
    assert (answer.returncode, answer.stderr) == (0, b"")


def test_a_terminal_gets_colours_unless_it_wants_none():
    words = ["minimize", "x**2", "x=3"]
    code, shown = on_terminal(words)
    assert code == 0
    assert "\x1b[32m\x1b[1mconverged\x1b[0m" in shown
    for plain in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        code, shown = on_terminal(words, **plain)
        assert code == 0
        assert "\x1b" not in shown
        assert "converged: " in shown


def test_a_terminal_gets_the_formula_with_a_caret():
    code, shown = on_terminal(["minimize", "2*x^2", "x=3"])
    assert code == 2
    assert shown.splitlines()[1:] == ["    2*x^2", "       ^"]


def test_long_work_shows_a_live_line_and_ends_by_an_interrupt():
    code, shown = on_terminal(LONG, until=b"step ")
    assert code == 130
    assert ": f = " in shown
    # the live line is wiped away before the last line is written
    assert shown.splitlines()[-1].removeprefix("\x1b[1A\x1b[2K") == "thalweg minimize: interrupted"


def test_an_interrupt_in_a_pipe_is_one_line(tmp_path):
    with subprocess.Popen(
        [*THALWEG, *LONG, "--plot", "way.png"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
    ) as child:
        while child.poll() is None and not any(tmp_path.iterdir()):
            time.sleep(0.01)  # the place of the picture is taken when the work begins
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=60)
    assert (child.returncode, out, err) == (130, "", "thalweg minimize: interrupted\n")
    assert list(tmp_path.iterdir()) == []


def test_an_interrupt_while_python_executes_text_keeps_the_exit_code(tmp_path):
    (tmp_path / "interrupted.py").write_text(
        """
import thalweg.cli.main as command
def interrupted(words):
    try:
        exec("raise KeyboardInterrupt")  # as a dataclass does that an import makes
    except KeyboardInterrupt:
        return command.INTERRUPTED
command.run = interrupted
command.main()
"""
    )
    words = [
        sys.executable,
        "-m",
        "interrupted",
    ]  # python -m sees such an interrupt, and ends by it
    done = subprocess.run(words, capture_output=True, check=False, cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"")
