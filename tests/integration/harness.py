"""Runs the shipped binary against the emulator in a process of its own, and reads what both left behind.

The binary is $OVERNIGHT. Nothing here sleeps to be right: the program is waited for, and every wait has a limit.
"""
import collections
import csv
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time
import unittest
import urllib.request

PROGRAM = os.environ.get('OVERNIGHT', 'overnight')
KEY = 'sk-CANARY-0123456789abcdef'
# Rules about the world, which the emulator does not count.
UNCOUNTED = {'token_limit', 'creates_per_hour', 'list_lag', 'batch_hidden', 'file_hidden', 'retention', 'bad_key',
             'foreign_batches', 'key_scope'}
# Variables of the surroundings that would change what the program does.
FOREIGN = ('OPENAI_', 'GEMINI_', 'GOOGLE_', 'ANTHROPIC_', 'TOGETHER_', 'MISTRAL_', 'XAI_', 'XDG_', 'STATE_', 'CREDENTIALS_')
TIMES = 'poll = "100ms"\nlist_lag = "1s"\nsettle = "2s"\n'


class Dialect:
    """What differs between providers for a test that is otherwise the same."""

    def __init__(self, provider, path, key_variable, id_member, list_route, create_route, more=''):
        self.provider = provider
        self.path = path
        self.key_variable = key_variable
        self.id_member = id_member
        self.list_route = list_route
        self.create_route = create_route
        self.more = more  # settings of the account


OPENAI = Dialect('openai', '/v1', 'OPENAI_API_KEY', 'custom_id', 'GET /v1/batches', 'POST /v1/batches')
GEMINI = Dialect('gemini', '', 'GEMINI_API_KEY', 'key', 'GET /v1beta/batches', 'POST /v1beta/models/*')
GROQ = Dialect('groq', '/_as/groq/openai/v1', 'GROQ_API_KEY', 'custom_id', 'GET /v1/batches', 'POST /v1/batches')
TOGETHER = Dialect('together', '/_as/together/v1', 'TOGETHER_API_KEY', 'custom_id', 'GET /v1/batches', 'POST /v1/batches',
                   'workspace = "dedicated"\non_ambiguous = "resubmit"\n')
MISTRAL = Dialect('mistral', '/_as/mistral', 'MISTRAL_API_KEY', 'custom_id', 'GET /v1/batch/jobs', 'POST /v1/batch/jobs',
                  'workspace = "dedicated"\non_ambiguous = "resubmit"\n')
XAI = Dialect('xai', '/_as/xai/v1', 'XAI_API_KEY', 'custom_id', 'GET /v1/batches', 'POST /v1/batches',
              'workspace = "dedicated"\non_ambiguous = "resubmit"\n')
ANTHROPIC = Dialect('anthropic', '/anthropic', 'ANTHROPIC_API_KEY', 'custom_id', 'GET /v1/messages/batches',
                    'POST /v1/messages/batches', 'workspace = "dedicated"\non_ambiguous = "resubmit"\n')


class Emulator:
    """`overnight emulator` on a free port, with its ledger and state in `folder`."""

    def __init__(self, folder, faults=None, speed=10, arguments=()):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(exist_ok=True)
        self.ledger = self.folder / 'ledger.jsonl'
        command = [PROGRAM, 'emulator', '--listen', '127.0.0.1:0', '--ledger', self.ledger, '--speed', str(speed),
                   '--state', self.folder / 'state', *arguments]
        if faults is not None:
            script = self.folder / 'faults.json'
            script.write_text(json.dumps(faults))
            command += ['--faults', script]
        self.process = subprocess.Popen([str(c) for c in command], stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        match = re.search(r'listening on (http://\S+)', line)
        assert match, f'the emulator said {line!r}'
        self.url = match.group(1)

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=30)
        self.process.stdout.close()

    def events(self, kind=None):
        with open(self.ledger, encoding='utf-8') as lines:
            return [e for e in map(json.loads, lines) if kind is None or e['event'] == kind]


    def idle_faults(self):
        """The rules of the script that have hit nothing: a test with one of them has proved nothing."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(self.url + '/_ctl/faults', timeout=30) as reply:
            rules = json.load(reply)['data']
        return [rule['fault'] for rule in rules if rule['hits'] == 0 and rule['fault'] not in UNCOUNTED]


class World(unittest.TestCase):
    """A folder with a state directory, a configuration and an emulator that lives as long as the test."""
    dialect = OPENAI

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='overnight-test-', dir=os.environ.get('OVERNIGHT_TEST_TMP')))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.state = self.folder / 'state'
        self.emulator = None

    def start_emulator(self, faults=None, **options):
        self.emulator = Emulator(self.folder / 'emulator', faults, **options)
        self.addCleanup(self.emulator.stop)
        self.configure(self.emulator.url + self.dialect.path)
        return self.emulator

    def configure(self, base_url, more=''):
        name = self.dialect.provider
        self.write('config.toml', f'[provider.{name}]\nbase_url = "{base_url}"\n{TIMES}{self.dialect.more}{more}')

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def environment(self, **changes):
        env = {k: v for k, v in os.environ.items() if not k.startswith(FOREIGN)}
        env.update(OVERNIGHT_ANY_FILESYSTEM='1', HOME=str(self.folder), LC_ALL='C.UTF-8')
        env[self.dialect.key_variable] = KEY
        if self.emulator is not None:  # every account that this key opens stays on loopback
            variable = {'gemini': 'GOOGLE_GEMINI_BASE_URL'}.get(
                self.dialect.provider, f'{self.dialect.provider.upper()}_BASE_URL')
            env[variable] = self.emulator.url + self.dialect.path
        env.update({k: v for k, v in changes.items() if v is not None})
        return {k: v for k, v in env.items() if changes.get(k, '') is not None}

    def command(self, *arguments):
        return [PROGRAM, *map(str, arguments), '--state', str(self.state), '--config', str(self.folder / 'config.toml')]

    def start(self, *arguments, env=None, **options):
        return subprocess.Popen(self.command(*arguments), env=env or self.environment(), stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)

    def overnight(self, *arguments, expect=0, timeout=240, env=None, stdin=b''):
        """Runs to the end; gives (stdout, stderr) as text. `expect` is the exit code, or None for any."""
        done = subprocess.run(self.command(*arguments), env=env or self.environment(), input=stdin,
                              capture_output=True, timeout=timeout, check=False)
        out, err = done.stdout.decode(), done.stderr.decode()
        self.last_code = done.returncode
        if expect is not None:
            self.assertEqual(done.returncode, expect, f'{arguments}\nstdout: {out}\nstderr: {err}')
        return out, err

    def run_json(self, *arguments, expect=0, **options):
        out, err = self.overnight(*arguments, '--json', expect=expect, **options)
        try:
            return json.loads(out)
        except json.JSONDecodeError:
            self.fail(f'no JSON on standard output: {out!r}\n{err}')

    def assert_rows(self, report, **expected):
        """Counts that are not named must be 0."""
        counts = {'answered': 0, 'cached': 0, 'failed': 0, 'waiting': 0, **expected}
        self.assertEqual({k: v for k, v in report['rows'].items() if k in counts}, counts)

    def pass_until(self, state, job='1', seconds=120):
        """Passes, one after the other, until the job is in `state`; gives its status."""
        limit = time.monotonic() + seconds
        while time.monotonic() < limit:
            self.overnight('pass', expect=None)
            status = self.run_json('status', job)
            if status['state'] == state:
                return status
        return self.fail(f'not {state} after {seconds} s: {status}')

    def assert_faults_bit(self):
        self.assertEqual(self.emulator.idle_faults(), [], 'faults that never happened')

    # --- what was left behind

    def table(self, path):
        with open(self.folder / path, newline='', encoding='utf-8') as file:
            return list(csv.DictReader(file))

    def creates(self):
        return self.emulator.events('create')

    def spool_lines(self):
        """Every request that was ever written to the spool: custom_id -> the line."""
        lines = {}
        for shard in self.state.glob('**/spool/*/*-*.jsonl'):
            if re.fullmatch(r'\d+-\d+\.jsonl', shard.name):
                with open(shard, encoding='utf-8') as file:
                    for line in file:
                        lines[json.loads(line)[self.dialect.id_member]] = line
        return lines

    def billed_by_row(self, pattern):
        """How often each row was billed: a row is what `pattern` finds in the request that carried it."""
        requests = self.spool_lines()
        counts = collections.Counter()
        for event in self.emulator.events('billed'):
            line = requests.get(event['custom_id'])
            self.assertIsNotNone(line, f'billed for a request that is not in the spool: {event}')
            counts.update(set(re.findall(pattern, line)))
        return counts

    def check_store(self):
        report = self.run_json('doctor', expect=None)
        store = [check for check in report['checks'] if check['check'] == 'store']
        self.assertEqual([check['health'] for check in store], ['ok'], report)

    def check_no_key_in_files(self):
        for path in self.folder.rglob('*'):
            if path.is_file():
                self.assertNotIn(KEY.encode(), path.read_bytes(), f'the key is in {path}')

    def nothing_was_sent(self):
        if self.emulator is not None:
            self.assertEqual([e for e in self.emulator.events('request') if e.get('method') != 'GET'], [])

    def no_jobs(self):
        if self.state.exists():
            self.assertEqual(self.run_json('status').get('jobs'), [])


def answer_table(rows, pack=1, more='', output='out.csv', attempts=3, provider='openai'):
    """A recipe over in.csv with columns id and text."""
    return f'''[input]
file = "in.csv"
id = "id"
[model]
provider = "{provider}"
name = "gpt-6-luna"
max_output_tokens = 400
[prompt]
instructions = "You classify."
row = "{{{{id}}}}: {{{{text}}}}"
[answer]
summary = "string"
level = ["low", "high"]
[pack]
rows = {pack}
[limits]
attempts = {attempts}
{more}
[output]
file = "{output}"
'''


def numbered_rows(count, text=lambda i: f'text number {i}'):
    lines = ['id,text']
    lines += [f'row-{i:06d},"{text(i)}"' for i in range(count)]
    return '\n'.join(lines) + '\n'


def digest(path):
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()
