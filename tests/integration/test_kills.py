"""kill -9 at random moments of the mixed-fault run, each followed by `run` again: the end is the same."""
import os
import random
import signal
import subprocess
import unittest

from harness import World
from test_faults import FAULTS, check_end, write_job

ROWS = 10_000
KILLS = 50


class Kills(World):
    def test_fifty_kills_change_nothing_in_the_end(self):
        seed = int(os.environ.get('OVERNIGHT_TEST_SEED', random.randrange(1 << 30)))
        print(f'OVERNIGHT_TEST_SEED={seed}', flush=True)
        rng = random.Random(seed)
        # Slow enough that the run is not over before it was killed fifty times.
        self.start_emulator(FAULTS, speed=1)
        write_job(self, ROWS)
        kills = 0
        finished_early = 0
        while kills < KILLS and finished_early == 0:
            run = self.start('run', self.folder / 'job.toml')
            try:
                run.communicate(timeout=rng.uniform(0.02, 0.9))
                finished_early = run.returncode if run.returncode in (0, 3) else 0
                self.assertIn(run.returncode, (0, 3), 'it ended by itself with an error')
            except subprocess.TimeoutExpired:
                run.send_signal(signal.SIGKILL)
                run.communicate()
                kills += 1
        if not finished_early:
            self.run_json('run', self.folder / 'job.toml', expect=3, timeout=400)
        self.assertEqual(kills, KILLS, f'only {kills} kills before it was finished')
        check_end(self, ROWS)


if __name__ == '__main__':
    unittest.main()
