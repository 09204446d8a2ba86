# Rounds of measurements: which candidates take part, in which order.
import statistics
import sys
import time

from peers import OURS, WorkerFailed

CHOOSING_ROUNDS = 2  # after them each peer goes on with its fastest variant at each number of threads
LEAST_ROUNDS = 3


def say(text):
    print(text, file=sys.stderr, flush=True)


def leave_out(text, left_out):
    left_out.append(text)
    say(text)


class Candidate:
    """One way in which a peer can run a measurement: a number of threads and a variant. Collects its times."""

    def __init__(self, worker, variant):
        self.worker, self.variant = worker, variant
        self.images, self.seconds, self.repeats = 0, [], 1
        self.active = True  # until it fails, or another one is faster

    @property
    def label(self):
        return self.worker.label + ("" if self.variant == "plain" else f", {self.variant}")

    def run(self, name, repeats):
        time.sleep(0.02)  # the threads of the worker before have gone to sleep
        answer = self.worker.ask(f"{name}/{self.variant} {repeats}")
        self.images = answer["images"]
        return answer["seconds"]

    def median(self):
        return statistics.median(self.seconds)


def active(candidates):
    return [candidate for candidate in candidates if candidate.active]


def by_threads(candidates):
    """Lists of those that run at one number of threads. The choice between these is made at the end: it may change
    while another program takes one of the cores."""
    groups = {}
    for candidate in candidates:
        groups.setdefault(candidate.worker.threads, []).append(candidate)
    return list(groups.values())


def set_up(name, by_peer, options, left_out):
    """Runs each candidate a few times: fixes the repeats of a round, drops what fails or is far behind."""
    for peer, candidates in by_peer.items():
        first = {}
        for candidate in candidates:
            try:
                first[candidate] = min(candidate.run(name, 1))
                if first[candidate] <= 3 * min(first.values()) and not options.quick:
                    first[candidate] = min(first[candidate], *candidate.run(name, 2))
            except WorkerFailed as error:
                leave_out(f"{peer}, {name}, {candidate.label}: {error}", left_out)
                first.pop(candidate, None)
                candidate.active = False
                continue
            candidate.repeats = max(2, min(500, round(options.seconds / first[candidate])))
        for same in by_threads(first):
            for candidate in same:
                candidate.active = first[candidate] <= 1.5 * min(first[c] for c in same)


def measure(by_name, options, left_out):
    """All rounds that there is time for; returns their number."""
    for number in range(options.rounds):
        seconds = time.monotonic() - options.started
        if number >= LEAST_ROUNDS and seconds > 60 * options.minutes:
            say(f"no further round: {options.minutes:g} minutes are over")
            return number
        say(f"round {number + 1} of {options.rounds}, {seconds:.0f} s")
        for name, by_peer in by_name.items():
            peers = list(by_peer)
            for peer in peers[number % len(peers):] + peers[:number % len(peers)]:  # nobody always goes first
                run_round(name, peer, by_peer, left_out)
                if number + 1 == CHOOSING_ROUNDS:
                    for same in by_threads(active(by_peer[peer])):
                        fastest = min(same, key=Candidate.median)
                        for candidate in same:
                            candidate.active = candidate is fastest
    return options.rounds


def run_round(name, peer, by_peer, left_out):
    for candidate in active(by_peer[peer]):
        try:
            candidate.seconds += candidate.run(name, candidate.repeats)
        except WorkerFailed as error:
            leave_out(f"{peer}, {name}, {candidate.label}: {error}", left_out)
            candidate.active = False
