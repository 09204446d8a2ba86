# A worker process of the comparison: started once, asked many times.
import json
import os
import select
import subprocess

OURS = "tinyhtr"


class WorkerFailed(Exception):
    """A worker that does not answer; the message says why."""


class Worker:
    """One side of the comparison at one number of threads. Its answers to "describe" say what it can measure."""

    def __init__(self, peer, label, threads, command, environment, timeout):
        self.peer, self.label, self.threads = peer, label, threads
        self.command, self.timeout = command, timeout
        self.environment = {**os.environ, **environment, "PYTHONDONTWRITEBYTECODE": "1"}
        self.unread = b""
        self.process = None

    def start(self):
        try:
            self.process = subprocess.Popen(self.command, env=self.environment, stdin=subprocess.PIPE,
                                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        except OSError as error:
            raise WorkerFailed(str(error)) from error
        self.description = self.ask("describe")

    def ask(self, request):
        """The answer to one line; throws WorkerFailed where it is an error, or where none comes."""
        try:
            self.process.stdin.write((request + "\n").encode())
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # it ended, and its last line may say why
        answer = self.read_answer(request)
        if "error" in answer:
            raise WorkerFailed(answer["error"])
        return answer

    def read_answer(self, request):
        while b"\n" not in self.unread:
            ready, _, _ = select.select([self.process.stdout], [], [], self.timeout)
            if not ready:
                self.stop()
                raise WorkerFailed(f"no answer to '{request}' within {self.timeout} s")
            received = os.read(self.process.stdout.fileno(), 65536)
            if not received:
                raise WorkerFailed(f"it ended with status {self.process.wait()} at '{request}'")
            self.unread += received
        line, self.unread = self.unread.split(b"\n", 1)
        try:
            return json.loads(line)
        except ValueError as error:
            raise WorkerFailed(f"its answer to '{request}' is no JSON: {line[:200]!r}") from error

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def memory(self, steps):
        """Peak memory in MiB of a process of its own: before the first training step, and after all."""
        try:
            result = subprocess.run(self.command + ["--memory", str(steps)], env=self.environment, timeout=self.timeout,
                                    stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                    check=False)
            return json.loads(result.stdout.splitlines()[0])
        except (OSError, subprocess.TimeoutExpired, IndexError, ValueError) as error:
            raise WorkerFailed(f"no figure of memory: {error}") from error
