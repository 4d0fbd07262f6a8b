"""One of several processes that throw the same triplets at one greylist store, each in an order of its own.

    python -m tests.world.greylists.attempting STORE COUNT SEED NOW

Asks about triplets 0 to COUNT-1 at the time NOW through world.greylists.asking, some at once, and writes `number
standing` for each answer as soon as it has it.
"""

import asyncio
import random
import sys

from gatepost.policy.greylisting import GreylistTerms
from gatepost.policy.questions import GreylistAttempt
from gatepost.world.greylists.asking import Greylists

TERMS = GreylistTerms(auto_allow_clients=0, delay_ceiling=0)
AT_ONCE = 40


class Silence:
    def info(self, text):
        sys.stderr.write(f"{text}\n")

    warning = info

    def once(self, key, text, every_s=60.0, severity=None):
        self.info(text)


def question(store: str, number: int) -> GreylistAttempt:
    network = f"10.{number >> 8 & 255}.{number & 255}.0/24"
    return GreylistAttempt(store, "", network, f"ann{number}@sender.example", f"bob{number % 50}@example.com", TERMS)


async def main(store: str, count: int, seed: int, now: int) -> None:
    greylists = Greylists(Silence(), deadline_s=30, clock=lambda: now)
    numbers = list(range(count))
    random.Random(seed).shuffle(numbers)
    over = asyncio.Event()
    under_way = 0

    def ask_next() -> None:
        nonlocal under_way
        while numbers and under_way < AT_ONCE:
            under_way += 1
            number = numbers.pop()
            greylists.ask(question(store, number), lambda answer, number=number: told(number, answer))

    def told(number, answer) -> None:
        nonlocal under_way
        under_way -= 1
        sys.stdout.write(f"{number} {answer.value.standing.value}\n")
        sys.stdout.flush()
        ask_next()
        if not under_way:
            over.set()

    ask_next()
    await over.wait()
    greylists.close()
    await asyncio.sleep(0.05)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])))
