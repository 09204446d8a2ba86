"""The launch files for VS Code and CLion, tried as the editors use them.

launch_test.py --debugger GDB --program WALKED_OBJECTS --root PROJECT

What they name has to be there: programs, tasks, targets, files. Then gdb is driven through its machine interface, as
VS Code drives it, with the set-up commands of each launch configuration, and has to show our objects as we print them.
"""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import unittest
import xml.etree.ElementTree

parser = argparse.ArgumentParser()
parser.add_argument("--debugger", required=True)
parser.add_argument("--program", required=True)
parser.add_argument("--root", required=True, type=pathlib.Path)
options = parser.parse_args()


def read_commented(path):
    """JSON as VS Code has it, with comments of a line."""
    text = re.sub(r'("(?:[^"\\]|\\.)*")|//[^\n]*', lambda match: match[1] or "", path.read_text(encoding="utf-8"))
    return json.loads(text)


def filled_in(text, inputs):
    text = text.replace("${workspaceFolder}", str(options.root))
    return re.sub(r"\$\{input:(\w+)\}", lambda match: inputs[match[1]]["default"], text)


def source_of(program):
    """The source of a program, build/PRESET/examples/NAME."""
    return options.root / (re.sub(r"^build/\w+/", "", os.path.relpath(program, options.root)) + ".cpp")


class MachineInterface:
    """gdb, as an editor talks to it."""

    def __init__(self, environment):
        self.gdb = subprocess.Popen(
            [options.debugger, "-nx", "--quiet", "--interpreter=mi2", options.program],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8",
            env={**os.environ, "LC_ALL": "C.UTF-8", **environment})  # fmt: skip
        self.said = ""
        self.until("(gdb)")

    def until(self, sign):
        """All that comes until a line begins so."""
        lines = []
        for line in self.gdb.stdout:
            self.said += line
            lines.append(line)
            if line.startswith(sign):
                return "".join(lines)
        if "ptrace: Operation not permitted" in self.said:
            print("SKIPPED: the debugger may not run programs here")
            os._exit(77)
        raise AssertionError(f"gdb ended before it said {sign}:\n{self.said}")

    def do(self, command):
        """Gives a command; its answer. Commands that are not of the interface are those of gdb's prompt."""
        if not command.startswith("-"):
            command = f'-interpreter-exec console "{command}"'
        self.gdb.stdin.write(command + "\n")
        self.gdb.stdin.flush()
        answer = self.until("^")
        if answer.splitlines()[-1].startswith("^error"):
            raise AssertionError(f"{command}: {answer}")
        return answer

    def close(self):
        self.gdb.stdin.write("-gdb-exit\n")
        self.gdb.communicate(timeout=60)


class Launch(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.launch = read_commented(options.root / ".vscode/launch.json")
        cls.tasks = read_commented(options.root / ".vscode/tasks.json")["tasks"]
        cls.inputs = {entry["id"]: entry for entry in cls.launch["inputs"]}

    def test_what_vs_code_is_told_is_there(self):
        labels = {task["label"] for task in self.tasks}
        presets = {preset["name"] for preset in json.loads((options.root / "CMakePresets.json").read_text())["buildPresets"]}
        for task in self.tasks:
            for preset in re.findall(r"--preset (\w+)", task["command"]):
                self.assertIn(preset, presets)
            self.assertIn(task.get("dependsOn", task["label"]), labels)
        for configuration in self.launch["configurations"]:
            self.assertIn(configuration["preLaunchTask"], labels)
            source = source_of(filled_in(configuration["program"], self.inputs))
            self.assertTrue(source.is_file(), f"{configuration['name']}: {source}")
            # Of cppdbg a list, of CodeLLDB an object; and one thread, so that `step` goes into the loop.
            variables = configuration.get("env") or {each["name"]: each["value"] for each in configuration["environment"]}
            for name in ("TINYHTR_THREADS", "OPENBLAS_NUM_THREADS"):
                self.assertEqual(variables.get(name), "1", f"{configuration['name']}: {name}")
            for command in configuration.get("initCommands", []):
                self.assertTrue(pathlib.Path(filled_in(command, self.inputs).split()[-1]).is_file(), command)

    def test_what_clion_is_told_is_there(self):
        examples = options.root / "examples"
        targets = {path.stem for path in [*examples.glob("*.cpp"), *examples.glob("lessons/*.cpp")]}
        files = sorted((options.root / ".run").glob("*.xml"))
        self.assertTrue(files)
        for file in files:
            configuration = xml.etree.ElementTree.parse(file).getroot().find("configuration")
            self.assertEqual(configuration.get("TARGET_NAME"), configuration.get("RUN_TARGET_NAME"))
            self.assertIn(configuration.get("TARGET_NAME").removeprefix("lesson_"), targets, file)

    def test_gdb_shows_our_objects(self):
        tried = 0
        for configuration in self.launch["configurations"]:
            if configuration.get("MIMode") != "gdb":
                continue
            tried += 1
            with self.subTest(configuration["name"]):
                gdb = MachineInterface({entry["name"]: entry["value"] for entry in configuration["environment"]})
                for command in configuration["setupCommands"]:
                    gdb.do(filled_in(command["text"], self.inputs))
                gdb.do("-break-insert stop_here")
                gdb.do("-exec-run")
                gdb.until("*stopped")
                gdb.do("-stack-select-frame 1")
                shown = "Tensor<double> (2,3) [[0.1, 0.25, 1e-09], [-1, 0, 1]]  min -1 max 1"
                self.assertIn(f'name="matrix",value="{shown}', gdb.do("-stack-list-variables --all-values"))
                self.assertIn(f'value="{shown}', gdb.do("-var-create - * matrix"))
                self.assertIn("0 NaN, 0 infinite", gdb.do("htr stats matrix"))
                gdb.close()
        self.assertGreaterEqual(tried, 3)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
