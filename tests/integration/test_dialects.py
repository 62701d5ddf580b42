"""The same work on every provider: the topics of the example give the same rows, and the mixed-fault run of 10,000 rows
ends in the same way, whatever the dialect."""
import copy
import pathlib
import re
import shutil
import unittest

import test_faults
from harness import ANTHROPIC, GEMINI, GROQ, MISTRAL, OPENAI, TOGETHER, XAI, World

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / 'examples'
DIALECTS = (OPENAI, GEMINI, ANTHROPIC, TOGETHER, MISTRAL, XAI)


def faults_for(dialect):
    """The faults of the main run; what belongs to one provider alone is put in the other's words."""
    rules = copy.deepcopy(test_faults.FAULTS)
    for rule in rules:
        if 'route' in rule:
            rule['route'] = dialect.list_route
        if dialect not in (GEMINI, ANTHROPIC):
            continue
        # Status 0 and OpenAI's codes do not exist there: the dialect's own words stand for them.
        if rule['fault'] == 'line_error':
            rule.pop('code', None)
            if rule['status'] == 0:
                rule['status'] = 503
        if rule['fault'] == 'poison':
            rule.pop('code', None)
    return rules


class SameRows(World):
    def test_the_topics_example_gives_the_same_rows_on_every_provider(self):
        self.write('config.toml', '')
        tables = {}
        for dialect in DIALECTS:
            folder = self.folder / dialect.provider
            shutil.copytree(EXAMPLES / 'topics', folder)
            self.state = folder / 'state'
            report = self.run_json('run', folder / 'topics.toml', '--provider', dialect.provider, '--emulate')
            self.assert_rows(report, total=150, answered=150)
            self.assertEqual(report['requests'], 8)
            self.assertEqual(report['provider'], dialect.provider)
            tables[dialect.provider] = (folder / 'topics.enriched.csv').read_bytes()
            again = self.run_json('run', folder / 'topics.toml', '--provider', dialect.provider, '--emulate')
            self.assert_rows(again, total=150, cached=150)
            self.assertEqual(again['requests'], 0)
        for provider, table in tables.items():
            self.assertEqual(table, tables['openai'], provider)

    def test_the_topics_run_at_the_servers_that_copied_openai(self):
        self.write('config.toml', '')
        for kind in ('azure', 'groq', 'dashscope', 'parasail', 'doubleword', 'novita', 'openai-compatible'):
            folder = self.folder / kind
            shutil.copytree(EXAMPLES / 'topics', folder)
            self.state = folder / 'state'
            report = self.run_json('run', folder / 'topics.toml', '--provider', kind, '--emulate')
            self.assert_rows(report, total=150, answered=150)
            self.assertEqual(report['requests'], 8)

    def test_what_a_provider_cannot_express_is_an_error_at_plan(self):
        for provider, setting, word in (('anthropic', 'reasoning_effort = "minimal"', 'reasoning_effort'),
                                        ('anthropic', 'endpoint = "/v1/embeddings"', 'endpoint'),
                                        ('gemini', 'endpoint = "/v1/responses"', 'endpoint'),
                                        ('anthropic-2026-10-21', 'temperature = 0.5', 'temperature')):
            self.write('config.toml', '')
            self.write('in.csv', 'id,text\n1,one\n')
            self.write('job.toml', f'[input]\nfile = "in.csv"\n[model]\nprovider = "{provider}"\nname = "m"\n'
                                   f'{setting}\n[prompt]\nrow = "{{{{text}}}}"\n')
            _, err = self.overnight('plan', self.folder / 'job.toml', expect=1)
            self.assertIn(word, err)
            self.assertIn('job.toml', err)


class DialectRun:
    """Mixed in with World once a dialect."""

    def test_ten_thousand_rows_through_mixed_faults(self):
        rules = faults_for(self.dialect)
        self.start_emulator(rules)
        # A body that meets all four faults of its line, and the batch that fails as a whole, has five failures.
        test_faults.write_job(self, provider=self.dialect.provider, attempts=6)
        report = self.run_json('run', self.folder / 'job.toml', expect=3, timeout=500)
        self.assertEqual(report['state'], 'finished')
        failed = len(test_faults.POISON)
        self.assert_rows(report, total=test_faults.ROWS, answered=test_faults.ROWS - failed, failed=failed)
        resent = test_faults.check_end(self, reason=self.poison_reason)
        self.assertGreater(len(resent), 1000, 'the faults did not bite')
        self.assert_faults_bit()


class GeminiFaults(DialectRun, World):
    dialect = GEMINI
    poison_reason = 'maximum context length exceeded'


class AnthropicFaults(DialectRun, World):
    dialect = ANTHROPIC
    poison_reason = 'maximum context length exceeded'


class SmallRun:
    """The same faults over a few hundred rows, for the dialects that took over OpenAI's lines. Mixed in with World."""
    rows = 1_000

    def test_a_thousand_rows_through_mixed_faults(self):
        self.start_emulator(faults_for(self.dialect))
        test_faults.write_job(self, rows=self.rows, batch=20, provider=self.dialect.provider, attempts=6)
        report = self.run_json('run', self.folder / 'job.toml', expect=3, timeout=500)
        self.assertEqual(report['state'], 'finished')
        failed = len([row for row in test_faults.POISON if row < self.rows])
        self.assert_rows(report, total=self.rows, answered=self.rows - failed, failed=failed)
        resent = test_faults.check_end(self, rows=self.rows, reason=self.poison_reason)
        self.assertGreater(len(resent), 100, 'the faults did not bite')
        self.assert_faults_bit()
        sent = len(self.creates())
        again = self.run_json('run', self.folder / 'job.toml', expect=3, timeout=400)
        self.assert_rows(again, total=self.rows, cached=self.rows - failed, failed=failed)
        self.assertGreater(len(self.creates()), sent, 'the poison is tried again')


class TogetherFaults(SmallRun, World):
    dialect = TOGETHER
    poison_reason = 'context_length_exceeded'


class MistralFaults(SmallRun, World):
    dialect = MISTRAL
    poison_reason = 'context_length_exceeded'


class XaiFaults(SmallRun, World):
    dialect = XAI
    poison_reason = 'maximum context length exceeded'


class LostCreates(World):
    """Where nothing stops a late create, a list that shows nothing proves nothing."""

    def lose(self, dialect, faults, code):
        self.dialect = dialect
        self.start_emulator(faults, speed=20)
        test_faults.write_job(self, rows=6, batch=6, provider=dialect.provider)
        return self.run_json('run', self.folder / 'job.toml', expect=code, timeout=100)

    def without_a_fence(self, dialect):
        self.lose(dialect, [{'fault': 'apply_then_drop', 'times': 1}, {'fault': 'list_empty'}], 75)
        self.assertEqual(len(self.creates()), 1, 'it was paid for twice')

    def test_without_a_fence_an_empty_list_holds(self):
        self.without_a_fence(GROQ)

    def test_an_empty_list_holds_at_together(self):
        self.without_a_fence(TOGETHER)

    def test_an_empty_list_holds_at_mistral(self):
        self.without_a_fence(MISTRAL)

    def test_an_empty_list_holds_at_xai(self):
        self.without_a_fence(XAI)

    def test_a_first_batch_without_a_baseline_holds_until_a_person_signs(self):
        report = self.lose(ANTHROPIC, [{'fault': 'drop', 'times': 1}], 75)
        self.assertIn('--release', report['held']['reason'] + report['held']['advice'])
        self.assertEqual(self.creates(), [])
        self.overnight('doctor', '--offline', '--release', 'anthropic', expect=None)
        report = self.run_json('run', self.folder / 'job.toml', timeout=100)
        self.assert_rows(report, total=6, answered=6)
        self.assertEqual(len(self.creates()), 1)

    def test_a_batch_that_comes_to_light_after_it_was_given_up_is_kept(self):
        # Later than the settle time says: the assumption is broken, its rows are paid twice, and told.
        self.dialect = ANTHROPIC
        self.start_emulator([{'fault': 'late_apply', 'nth': 2, 'seconds': 120}], speed=20)
        test_faults.write_job(self, rows=40, batch=4, provider='anthropic')
        self.run_json('run', self.folder / 'job.toml', timeout=100)
        for _ in range(100):
            self.overnight('pass', 'poll', expect=None)
            states = self.overnight('status', '1')[0]
            if len({e['batch'] for e in self.creates()}) > self.run_json('status', '1')['batches'] - 1 and \
                    len(list(self.state.glob('**/*.output.jsonl'))) == len(self.creates()):
                break
        self.assertEqual(len(list(self.state.glob('**/*.output.jsonl'))), len(self.creates()), states)


class RawRequests(World):
    """A file in the provider's own batch format passes through untouched."""

    def check(self, dialect, lines, body_member, *arguments):
        self.dialect = dialect
        self.start_emulator()
        path = self.write('requests.jsonl', ''.join(line + '\n' for line in lines))
        report = self.run_json('run', path, '--provider', dialect.provider, *arguments)
        self.assert_rows(report, total=len(lines), answered=len(lines))
        sent = [line for line in self.spool_lines().values()]
        for line in lines:
            body = re.search(rf'"{body_member}":(.*)}}$', line).group(1)
            self.assertTrue(any(body in other for other in sent), f'{body} was changed on the way')
        return (self.folder / 'requests.results.jsonl').read_text().splitlines()

    def test_gemini(self):
        lines = [f'{{"key":"mine-{i}","request":{{"contents":[{{"role":"user","parts":[{{"text":"number {i}"}}]}}]}}}}'
                 for i in range(5)]
        results = self.check(GEMINI, lines, 'request', '--model', 'gemini-2.5-flash')
        for i, line in enumerate(results):
            self.assertIn(f'"key":"mine-{i}"', line.replace('": "', '":"'))
            self.assertIn('candidates', line)

    def test_anthropic(self):
        lines = [f'{{"custom_id":"mine-{i}","params":{{"model":"claude-haiku-4-5","max_tokens":50,'
                 f'"messages":[{{"role":"user","content":"number {i}"}}]}}}}' for i in range(5)]
        results = self.check(ANTHROPIC, lines, 'params')
        for i, line in enumerate(results):
            self.assertIn(f'"custom_id":"mine-{i}"', line)
            self.assertIn('succeeded', line)


if __name__ == '__main__':
    unittest.main()
