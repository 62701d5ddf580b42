"""tier = "sync": the same work as ordinary calls, for servers without a batch endpoint."""
import collections
import hashlib
import http.server
import json
import os
import random
import re
import signal
import socket
import subprocess
import threading
import time
import unittest

from harness import ANTHROPIC, GEMINI, KEY, Emulator, World, answer_table, numbered_rows

CHAT = 'POST /v1/chat/completions'
ROW = r'row-\d{6}'


class SmallServer:
    """What llama.cpp and vLLM are to us: one endpoint, no batches, no files. Counts what it is asked."""

    def __init__(self, port=0, answer=None, seconds=0.0):
        self.lock = threading.Lock()
        self.at_once = self.most_at_once = self.unfinished = 0
        self.down = False  # as behind a proxy whose server died
        self.rows = collections.Counter()
        self.paths = collections.Counter()
        self.times = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = 'HTTP/1.1'

            def do_GET(self):
                outer.note(self.path)
                self.reply(502 if outer.down else 404, {'detail': 'Not Found'})

            do_DELETE = do_GET

            def do_POST(self):
                length = int(self.headers['Content-Length'])
                try:
                    body = self.rfile.read(length).decode()
                except ConnectionResetError:
                    body = ''
                if len(body.encode()) < length:  # given up before its last byte: it never was a request
                    outer.unfinished += 1
                    self.close_connection = True
                    return
                with outer.lock:
                    outer.at_once += 1
                    outer.most_at_once = max(outer.most_at_once, outer.at_once)
                    outer.rows.update(set(re.findall(ROW, body)))
                    outer.times.append(time.monotonic())
                    number = len(outer.times)
                outer.note(self.path)
                time.sleep(seconds)
                status, reply = answer(number, body) if answer else outer.chat()
                if outer.down:
                    status, reply = 502, 'Bad Gateway'
                with outer.lock:
                    outer.at_once -= 1
                if status is None:  # the server dies at this request
                    self.close_connection = True
                    return
                self.reply(status, reply)

            def reply(self, status, value):
                text = json.dumps(value).encode()
                self.send_response(status)
                self.send_header('Content-Type', 'application/json')
                self.send_header('Content-Length', str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, *_):  # a client that was killed
                pass

        self.server = Server(('127.0.0.1', port), Handler)
        self.url = f'http://127.0.0.1:{self.server.server_address[1]}/v1'
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def note(self, path):
        with self.lock:
            self.paths[path] += 1

    @staticmethod
    def chat():
        content = json.dumps({'summary': 'short', 'level': 'low'})
        return 200, {'id': 'c', 'object': 'chat.completion', 'model': 'm',
                     'choices': [{'index': 0, 'finish_reason': 'stop',
                                  'message': {'role': 'assistant', 'content': content}}],
                     'usage': {'prompt_tokens': 5, 'completion_tokens': 5, 'total_tokens': 10}}

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


class RawServer:
    """Answers every POST with the same bytes and closes."""

    def __init__(self, reply):
        self.reply, self.calls = reply, 0
        self.listener = socket.create_server(('127.0.0.1', 0), backlog=64)
        self.url = f'http://127.0.0.1:{self.listener.getsockname()[1]}/v1'
        self.thread = threading.Thread(target=self.serve, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join()

    def serve(self):
        while True:
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            with peer, peer.makefile('rb') as request:
                method = request.readline().split(b' ')[0]
                length = 0
                while (line := request.readline().strip()):
                    if line.lower().startswith(b'content-length:'):
                        length = int(line.split(b':')[1])
                if method != b'POST':
                    peer.sendall(b'HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n{}')
                elif len(request.read(length)) == length:
                    self.calls += 1
                    peer.sendall(self.reply)
                    peer.shutdown(socket.SHUT_WR)


def free_port():
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


class SyncTier(World):
    def configure(self, base_url, more=''):
        super().configure(base_url, 'tier = "sync"\n' + more)

    def small_server(self, more='', **options):
        server = SmallServer(**options)
        self.addCleanup(server.stop)
        self.configure(server.url, more)
        return server

    def job(self, rows, pack=1, more='', attempts=3):
        self.write('in.csv', numbered_rows(rows))
        self.write('job.toml', answer_table(rows, pack, more, attempts=attempts))

    def only_job(self):
        """Its number: a kill while a job was planned leaves none, and the next has the next number."""
        jobs = self.run_json('status')['jobs']
        self.assertEqual(len(jobs), 1, 'the run was doubled')
        return str(jobs[0]['job'])

    def billed_at_least(self, calls):
        limit = time.monotonic() + 120
        while len(self.emulator.events('billed')) < calls:
            self.assertLess(time.monotonic(), limit, 'nothing is billed')
            time.sleep(0.02)

    def run_job(self, **options):
        return self.run_json('run', self.folder / 'job.toml', **options)

    def billed_by_call(self):
        """How often each row was billed: ordinary calls have no custom_id, so by what was sent."""
        rows = {}
        for line in self.spool_lines().values():
            body = line[line.index('"body":') + len('"body":'):].rstrip('\n')[:-1]
            rows[hashlib.sha256(body.encode()).hexdigest()] = set(re.findall(ROW, body))
        counts = collections.Counter()
        for event in self.emulator.events('billed'):
            self.assertIn(event['request_sha256'], rows, f'billed for what is not in the spool: {event}')
            self.assertEqual(event['tier'], 'standard')
            counts.update(rows[event['request_sha256']])
        return counts

    def check_paid(self, rows):
        resent = collections.Counter(
            f'row-{e["row"]:06d}' for e in self.run_json('errors', self.only_job(), '--resent')['resent'])
        billed = self.billed_by_call()
        over = {row: (n, resent[row]) for row, n in billed.items() if n > 1 + resent[row]}
        self.assertEqual(over, {}, 'billed more often than once and for each recorded resubmission')
        self.assertEqual(len(billed), rows)
        self.check_store()
        return resent

    def check_table(self, rows):
        table = self.table('out.csv')
        self.assertEqual([r['id'] for r in table], [f'row-{i:06d}' for i in range(rows)])
        self.assertTrue(all(r['_status'] == 'answered' and r['summary'] for r in table))

    def test_the_same_rows_as_through_batches(self):
        self.start_emulator()
        self.job(120, pack=4, more='batch_requests = 10')
        report = self.run_job()
        self.assert_rows(report, total=120, answered=120)
        self.assertGreater(report['tokens']['output'], 0)
        self.assertEqual(self.creates(), [])
        self.assertEqual([e for e in self.emulator.events('request') if e['path'] != '/v1/chat/completions'], [])
        self.assertEqual(set(self.billed_by_call().values()), {1})
        self.check_table(120)
        self.check_store()
        by_calls = self.table('out.csv')
        self.state = self.folder / 'other-state'
        World.configure(self, self.emulator.url + '/v1')
        self.run_job()
        self.assertEqual(len(self.creates()), 3)
        self.assertEqual(self.table('out.csv'), by_calls)

    def test_the_plan_counts_ordinary_calls(self):
        self.start_emulator()
        self.job(20, pack=4)
        out, _ = self.overnight('plan', self.folder / 'job.toml')
        self.assertIn('20 rows in 5 ordinary calls', out)
        plan = self.run_json('plan', self.folder / 'job.toml')
        self.assertEqual((plan['tier'], plan['requests'], plan['batches']), ('sync', 5, 0))
        self.nothing_was_sent()

    def test_rows_that_fail_are_sent_again_with_a_record(self):
        self.start_emulator([
            {'fault': 'line_error', 'status': 500, 'fraction': 0.1, 'tries': 1, 'seed': 1},
            {'fault': 'missing_rows', 'fraction': 0.2, 'rows_fraction': 0.5, 'tries': 1, 'seed': 2},
            {'fault': 'finish', 'reason': 'length', 'fraction': 0.1, 'tries': 1, 'seed': 3}])
        self.job(200, pack=5)
        self.assert_rows(self.run_job(), total=200, answered=200)
        self.check_table(200)
        self.assertTrue(self.check_paid(200))
        self.assert_faults_bit()

    def test_rate_limits_are_waited_out_and_are_no_tries(self):
        self.start_emulator([
            {'fault': 'rate_limit', 'route': CHAT, 'nth': [3, 4, 20, 21, 22, 23], 'retry_after': 1}])
        self.job(60, attempts=1)
        began = time.monotonic()
        self.assert_rows(self.run_job(), total=60, answered=60)
        self.assertGreaterEqual(time.monotonic() - began, 2)
        self.assertEqual(self.check_paid(60), {})
        self.assert_faults_bit()

    def test_a_long_wait_is_remembered_between_passes(self):
        self.start_emulator([{'fault': 'rate_limit', 'route': CHAT, 'retry_after': 1800}])
        self.job(10)
        self.overnight('submit', self.folder / 'job.toml')
        self.overnight('pass', expect=None, timeout=60)
        asked = len(self.emulator.events('request'))
        self.assertGreater(asked, 0)
        self.overnight('pass', expect=None, timeout=60)
        self.assertEqual(len(self.emulator.events('request')), asked)
        self.overnight('cancel', '1', expect=None)
        self.pass_until('cancelled')
        self.assertEqual(self.emulator.events('billed'), [])

    def test_never_more_calls_at_once_than_configured(self):
        server = self.small_server('concurrency = 3\n', seconds=0.02)
        self.job(60)
        self.assert_rows(self.run_job(), total=60, answered=60)
        self.assertEqual(server.most_at_once, 3)
        self.assertEqual(set(server.rows.values()), {1})
        self.assertEqual(set(server.paths), {'/v1/chat/completions'}, 'no list, no file, no batch')

    def test_calls_a_minute_are_spread(self):
        server = self.small_server('requests_per_minute = 600\n')
        self.job(30)
        self.assert_rows(self.run_job(), total=30, answered=30)
        self.assertGreaterEqual(max(server.times) - min(server.times), 2.7)

    def test_a_server_that_is_away_at_first(self):
        port = free_port()
        self.configure(f'http://127.0.0.1:{port}/v1')
        self.job(20, attempts=1)
        run = self.start('run', self.folder / 'job.toml', '--json')
        with self.assertRaises(subprocess.TimeoutExpired):
            run.communicate(timeout=2)
        server = SmallServer(port=port)
        self.addCleanup(server.stop)
        out, err = run.communicate(timeout=120)
        self.assertEqual(run.returncode, 0, err)
        self.assert_rows(json.loads(out), total=20, answered=20)
        self.assertEqual(set(server.rows.values()), {1})

    def test_status_tells_what_the_calls_wait_for(self):
        self.configure(f'http://127.0.0.1:{free_port()}/v1')
        self.job(5)
        run = self.start('run', self.folder / 'job.toml')
        self.addCleanup(run.communicate)
        self.addCleanup(run.kill)
        limit = time.monotonic() + 60
        while not self.jobs_and_trouble():
            self.assertLess(time.monotonic(), limit)
            time.sleep(0.1)
        out, _ = self.overnight('status', '1', expect=None)
        self.assertIn('ordinary calls wait: ', out)

    def jobs_and_trouble(self):
        jobs = self.run_json('status')['jobs']
        return jobs and self.run_json('status', jobs[0]['job'], expect=None)['trouble']

    def test_answers_are_settled_as_they_come(self):
        gate = threading.Event()
        self.addCleanup(gate.set)
        first = lambda number, body: SmallServer.chat() if number <= 200 or gate.wait(120) else None
        self.small_server('concurrency = 2\n', answer=first)
        self.job(300)
        run = self.start('run', self.folder / 'job.toml', '--json')
        limit = time.monotonic() + 60
        while not self.run_json('status')['jobs'] or \
                self.run_json('status', self.only_job())['rows']['answered'] < 192:
            self.assertLess(time.monotonic(), limit, 'no row is settled before the last is answered')
            time.sleep(0.1)
        run.kill()
        run.communicate()
        gate.set()
        self.assert_rows(self.run_job(), total=300, answered=300)

    def test_a_server_that_is_down_for_long_uses_up_no_tries(self):
        server = self.small_server('concurrency = 4\n', seconds=0.005)
        self.job(400, attempts=2)
        run = self.start('run', self.folder / 'job.toml', '--json')
        limit = time.monotonic() + 60
        while sum(server.rows.values()) < 40:
            self.assertLess(time.monotonic(), limit)
            time.sleep(0.005)
        server.down = True
        time.sleep(1)
        sent = sum(server.rows.values())
        time.sleep(6)
        self.assertLessEqual(sum(server.rows.values()), sent, 'a line was sent while the server was away')
        self.assertGreater(server.paths['/v1/models'], 0)
        server.down = False
        out, err = run.communicate(timeout=120)
        self.assertEqual(run.returncode, 0, err)
        self.assert_rows(json.loads(out), total=400, answered=400)
        resent = self.run_json('errors', self.only_job(), '--resent')['resent']
        self.assertLessEqual(len(resent), 8, 'what was under way')

    def test_a_stop_waits_for_a_call_and_a_kill_records_it(self):
        gate = threading.Event()
        self.addCleanup(gate.set)
        wait = lambda number, body: SmallServer.chat() if gate.wait(60) else None
        server = self.small_server('concurrency = 3\n', answer=wait)
        self.job(3)
        run = self.start('run', self.folder / 'job.toml')
        limit = time.monotonic() + 60
        while sum(server.rows.values()) < 3:
            self.assertLess(time.monotonic(), limit)
            time.sleep(0.02)
        run.send_signal(signal.SIGTERM)
        with self.assertRaises(subprocess.TimeoutExpired):
            run.communicate(timeout=1)
        run.kill()  # as systemd does when its patience is over
        run.communicate()
        gate.set()
        self.assert_rows(self.run_job(), total=3, answered=3)
        resent = self.run_json('errors', self.only_job(), '--resent')['resent']
        self.assertEqual([e['reason'].split(':')[0] for e in resent], ['interrupted'] * 3)

    def test_replies_of_small_servers(self):
        """HTTP/1.0 with and without a length, chunks, a stream, an error inside of a success, a cut body."""
        good = json.dumps(SmallServer.chat()[1]).encode()
        shapes = {
            'http10': b'HTTP/1.0 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n' % len(good) + good,
            'chunked': b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n'
                       b'%x\r\n' % len(good) + good + b'\r\n0\r\n\r\n',
            'unbounded': b'HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n' + good,
            'cut': b'HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n' + good,
            'stream': b'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 16\r\n\r\ndata: {"a": 1}\n\n',
            'error': b'HTTP/1.1 200 OK\r\nContent-Length: 36\r\n\r\n{"error": {"message": "no", "a": 1}}',
        }
        good_ones = {'http10', 'chunked'}
        for name, reply in shapes.items():
            with self.subTest(name), RawServer(reply) as server:
                self.state = self.folder / name
                self.configure(server.url, 'concurrency = 1\n')
                self.job(2, attempts=2)
                run = self.start('run', self.folder / 'job.toml', '--json')
                out, err = run.communicate(timeout=120)
                if name in good_ones:
                    self.assertEqual((run.returncode, server.calls), (0, 2), err)
                elif name in ('unbounded', 'stream'):  # the next reply would be paid and lost as well
                    self.assertEqual((run.returncode, server.calls), (75, 1), err)
                    self.assertIn(b'doctor --release openai', out)
                else:
                    self.assertEqual((run.returncode, server.calls), (3, 4), err)

    def test_calls_that_are_cut_are_sent_again_with_a_record(self):
        cut = lambda number, body: (None, None) if number in (5, 6, 30) else SmallServer.chat()
        server = self.small_server(answer=cut)
        self.job(40)
        self.assert_rows(self.run_job(), total=40, answered=40)
        resent = self.run_json('errors', self.only_job(), '--resent')['resent']
        self.assertEqual(len(resent), 3)
        self.assertTrue(all(e['reason'].startswith('no_reply') for e in resent), resent)
        self.assertEqual(sorted(n for n in server.rows.values() if n > 1), [2, 2, 2])

    def test_a_refused_key_holds_and_uses_up_nothing(self):
        self.start_emulator([{'fault': 'bad_key', 'key': KEY}])
        self.job(30)
        out, err = self.overnight('run', self.folder / 'job.toml', expect=75)
        self.assertIn('key', out + err)
        self.overnight('doctor', '--release', 'openai', expect=None)
        self.overnight('run', self.folder / 'job.toml', env=self.environment(OPENAI_API_KEY='sk-a-better-key'))
        self.assertEqual(self.check_paid(30), {})
        self.check_table(30)

    def test_a_wrong_address_holds_and_fails_no_row(self):
        self.small_server(answer=lambda *_: (404, {'detail': 'Not Found'}))
        self.job(30)
        out, err = self.overnight('run', self.folder / 'job.toml', expect=75)
        self.assertIn('address', out + err)
        self.assert_rows(self.run_json('status', self.only_job()), total=30, waiting=30)

    def test_ctrl_c_keeps_every_reply(self):
        self.start_emulator([{'fault': 'delay', 'route': CHAT, 'ms': 60}], speed=1)
        self.job(200)
        run = self.start('run', self.folder / 'job.toml')
        self.billed_at_least(10)
        run.send_signal(signal.SIGINT)
        run.communicate(timeout=60)
        self.assertEqual(run.returncode, 130)
        self.assertLess(len(self.emulator.events('billed')), 200)
        self.assert_rows(self.run_job(), total=200, answered=200)
        self.assertEqual(self.check_paid(200), {}, 'nothing was interrupted, so nothing is sent twice')
        self.assertEqual(set(self.billed_by_call().values()), {1})

    def test_cancel_keeps_what_came(self):
        self.start_emulator([{'fault': 'delay', 'route': CHAT, 'ms': 60}], speed=1)
        self.job(400)
        run = self.start('run', self.folder / 'job.toml')
        self.billed_at_least(20)
        self.overnight('cancel', self.only_job(), expect=None)
        run.communicate(timeout=60)
        status = self.pass_until('cancelled')
        billed = len(self.emulator.events('billed'))
        self.assertLess(billed, 400)
        self.assertEqual(status['rows']['answered'], billed, 'what was paid is kept')
        self.assertEqual(set(self.billed_by_call().values()), {1})
        self.check_store()

    def finished(self):
        return any(job['state'] == 'finished' for job in self.run_json('status')['jobs'])

    def test_kills_lose_nothing_and_pay_nothing_twice_unrecorded(self):
        seed = int(os.environ.get('OVERNIGHT_TEST_SEED', random.randrange(1 << 30)))
        print(f'OVERNIGHT_TEST_SEED={seed}', flush=True)
        rng = random.Random(seed)
        # 600 calls of 60 ms, eight at once, take more than four seconds: four kills at least, however fast the machine.
        self.start_emulator([{'fault': 'delay', 'route': CHAT, 'ms': 60, 'where': 'after'}], speed=1)
        self.job(600, attempts=12, more='batch_requests = 150')
        kills = 0
        while kills < 12:
            run = self.start('run', self.folder / 'job.toml')
            try:
                run.communicate(timeout=rng.uniform(0.1, 1.0))
                break
            except subprocess.TimeoutExpired:
                run.send_signal(signal.SIGKILL)
                run.communicate()
                kills += 1
            # Killed between the end of the job and its own: another run would be another job.
            if self.finished():
                break
        self.assertGreater(kills, 2, 'it was over before it was killed')
        if not self.finished():
            self.run_job()
        self.assert_rows(self.run_json('status', self.only_job()), total=600, answered=600)
        self.check_table(600)
        resent = self.check_paid(600)
        reasons = {e['reason'].split(':')[0] for e in self.run_json('errors', self.only_job(), '--resent')['resent']}
        self.assertLessEqual(reasons, {'interrupted'})
        self.assertLessEqual(sum(resent.values()), 8 * kills, 'at most what was in flight')

    def test_a_kill_at_each_named_point(self):
        for point in ('sync.claimed', 'sync.replied', 'sync.renamed'):
            with self.subTest(point):
                self.state = self.folder / point
                self.emulator = None
                self.start_emulator()
                self.job(20)
                env = self.environment(OVERNIGHT_FAULT=f'{point}:1')
                self.overnight('run', self.folder / 'job.toml', expect=137, env=env)
                self.assert_rows(self.run_job(), total=20, answered=20)
                resent = self.check_paid(20)
                if point == 'sync.renamed':
                    self.assertEqual(resent, {})
                self.emulator.stop()
                (self.folder / 'emulator' / 'ledger.jsonl').unlink()

    def test_raw_requests(self):
        self.start_emulator()
        lines = [json.dumps({'custom_id': f'mine-{i}', 'method': 'POST', 'url': '/v1/chat/completions',
                             'body': {'model': 'gpt-6-luna', 'messages': [{'role': 'user', 'content': f'row-{i:06d}'}]}})
                 for i in range(25)]
        self.write('requests.jsonl', '\n'.join(lines) + '\n')
        self.assert_rows(self.run_json('run', self.folder / 'requests.jsonl'), total=25, answered=25)
        results = [json.loads(line) for line in (self.folder / 'requests.results.jsonl').read_text().splitlines()]
        self.assertEqual([r['custom_id'] for r in results], [f'mine-{i}' for i in range(25)])
        self.assertTrue(all(r['response']['body']['choices'] for r in results))
        self.assertEqual(set(self.billed_by_call().values()), {1})

    def test_embeddings(self):
        self.start_emulator()
        self.write('in.csv', numbered_rows(40))
        self.write('job.toml', '''[input]
file = "in.csv"
[model]
name = "text-embedding-3-small"
endpoint = "/v1/embeddings"
parameters = { dimensions = 8 }
[prompt]
row = "{{id}} {{text}}"
[pack]
rows = 5
[output]
file = "out.jsonl"
''')
        self.assert_rows(self.run_job(), total=40, answered=40)
        rows = [json.loads(line) for line in (self.folder / 'out.jsonl').read_text().splitlines()]
        self.assertTrue(all(len(row['embedding']) == 8 for row in rows))
        self.assertEqual({e['path'] for e in self.emulator.events('request')}, {'/v1/embeddings'})

    def test_the_other_dialects_have_ordinary_calls(self):
        for dialect, model, path in (
                (GEMINI, 'gemini-2.5-flash', '/v1beta/models/gemini-2.5-flash:generateContent'),
                (ANTHROPIC, 'claude-haiku-5-5', '/v1/messages')):
            with self.subTest(dialect.provider):
                emulator = Emulator(self.folder / f'emulator-{dialect.provider}')
                self.addCleanup(emulator.stop)
                self.dialect, self.emulator = dialect, emulator
                self.state = self.folder / f'state-{dialect.provider}'
                self.configure(emulator.url + dialect.path)
                self.write('in.csv', numbered_rows(40))
                self.write('job.toml', answer_table(40, provider=dialect.provider).replace('gpt-6-luna', model))
                self.assert_rows(self.run_job(), total=40, answered=40)
                asked = {e['path'] for e in emulator.events('request')}
                self.assertEqual({p for p in asked if p.endswith(path)}, asked)
                billed = emulator.events('billed')
                self.assertTrue(billed)
                self.assertEqual({e['tier'] for e in billed}, {'standard'})
                self.assertEqual(len({e['request_sha256'] for e in billed}), len(billed))


if __name__ == '__main__':
    unittest.main()
