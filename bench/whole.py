#!/usr/bin/env python3
"""Times the whole program: N rows of about 450 bytes, one row a request, through `run` against the emulator in its own
process, beside a floor of dd and curl that moves the same bytes through the same emulator.

    bench/whole.py [--rows N] [--program FILE] [--keep DIR]

Prints one line a figure. Peak memory is the kernel's ru_maxrss of the process, mapped files included.
"""
import argparse
import json
import os
import pathlib
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent


def write_input(path, rows):
    words = ('system queue latency shard batch replica cache index vector token window budget retry ledger merge '
             'stream buffer cursor deadline quota packet socket kernel thread commit segment manifest').split()
    with open(path, 'w', encoding='utf-8', newline='') as out:
        out.write('id,category,topic,description\n')
        lines = []
        for i in range(rows):
            state = i * 2654435761 % 4294967296
            text = ' '.join(words[(state >> (k % 24)) * (k + 7) % len(words)] for k in range(56))
            lines.append(f'r{i:08d},{words[state % 23]},{words[i % 27]} number {i},"{text}"\n')
            if len(lines) == 20000:
                out.write(''.join(lines))
                lines.clear()
        out.write(''.join(lines))


RECIPE = '''[input]
file = "in.csv"
id = "id"
[model]
name = "gpt-6-luna"
parameters = { max_completion_tokens = 100 }
[prompt]
instructions = "You classify engineering topics."
row = "{{category}}: {{topic}}\\n{{description}}"
[answer]
summary = "string"
level = ["low", "high"]
[output]
file = "out.csv"
'''


class Emulator:
    def __init__(self, program, folder):
        self.process = subprocess.Popen(
            [program, 'emulator', '--listen', '127.0.0.1:0', '--ledger', folder / 'ledger.jsonl', '--speed', '50',
             '--state', folder / 'emulator'], stdout=subprocess.PIPE, text=True)
        self.url = re.search(r'http://\S+', self.process.stdout.readline()).group(0) + '/v1'

    def stop(self):
        self.process.terminate()
        self.process.wait()


def timed(command, **options):
    """Runs a command to its end: (seconds, peak MiB, stdout)."""
    start = time.monotonic()
    process = subprocess.Popen([str(c) for c in command], stdout=subprocess.PIPE, **options)
    out = process.stdout.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f'{command[0]} ended with {process.returncode}: {out[-2000:]}')
    return time.monotonic() - start, usage.ru_maxrss / 1024, out, usage.ru_utime + usage.ru_stime


def sync_copy(source, target):
    subprocess.run(['dd', f'if={source}', f'of={target}', 'bs=1M', 'conv=fsync', 'status=none'], check=True)


def curl(*arguments):
    done = subprocess.run(['curl', '-sS', '--fail', '-H', 'Authorization: Bearer sk-bench', *map(str, arguments)],
                          check=True, capture_output=True)
    return done.stdout


def floor(folder, url, spool):
    """The same bytes by dd and curl: shards written and synced, uploaded, results downloaded and synced, output written
    and synced. The batches are created and waited for in between, which is not counted."""
    work = folder / 'floor'
    work.mkdir()
    shards = sorted(p for p in spool.iterdir() if re.fullmatch(r'\d+-\d+\.jsonl', p.name))
    results = sorted(p for p in spool.iterdir() if p.name.endswith('.output.jsonl'))
    parts = {}
    begin = time.monotonic()
    for shard in shards:
        sync_copy(shard, work / shard.name)
    parts['write shards'] = time.monotonic() - begin
    begin = time.monotonic()
    files = [json.loads(curl('-F', 'purpose=batch', '-F', f'file=@{work / s.name};filename={s.name}', f'{url}/files'))['id']
             for s in shards]
    parts['upload'] = time.monotonic() - begin
    batches = [json.loads(curl('-H', 'Content-Type: application/json', '-d', json.dumps(
        {'input_file_id': f, 'endpoint': '/v1/chat/completions', 'completion_window': '24h'}), f'{url}/batches'))['id']
        for f in files]
    outputs = []
    for batch in batches:
        for _ in range(3000):
            state = json.loads(curl(f'{url}/batches/{batch}'))
            if state['status'] == 'completed':
                break
            time.sleep(0.1)
        outputs.append(state['output_file_id'])
    begin = time.monotonic()
    for number, output in enumerate(outputs):
        curl('-o', work / f'{number}.part', f'{url}/files/{output}/content')
        subprocess.run(['sync', work / f'{number}.part'], check=True)
    parts['download'] = time.monotonic() - begin
    begin = time.monotonic()
    sync_copy(folder / 'out.csv', work / 'out.csv')
    parts['write output'] = time.monotonic() - begin
    sizes = {'shards': sum(s.stat().st_size for s in shards), 'results': sum(r.stat().st_size for r in results),
             'output': (folder / 'out.csv').stat().st_size}
    shutil.rmtree(work)
    return parts, sizes


def phases(trace):
    """Seconds by phase from OVERNIGHT_TIMING's lines: name, seconds."""
    total = {}
    for line in trace.read_text().splitlines():
        name, seconds = line.rsplit(' ', 1)
        total[name] = total.get(name, 0) + float(seconds)
    return total


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--rows', type=int, default=1_000_000)
    parser.add_argument('--program', default=HERE.parent / 'build' / 'release' / 'overnight')
    parser.add_argument('--keep', type=pathlib.Path)
    parser.add_argument('--no-floor', action='store_true')
    options = parser.parse_args()
    folder = options.keep or pathlib.Path(tempfile.mkdtemp(prefix='overnight-bench-'))
    folder.mkdir(exist_ok=True)
    emulator = None
    try:
        if not (folder / 'in.csv').exists():
            write_input(folder / 'in.csv', options.rows)
        (folder / 'job.toml').write_text(RECIPE)
        emulator = Emulator(options.program, folder)
        (folder / 'config.toml').write_text(
            f'[provider.openai]\nbase_url = "{emulator.url}"\npoll = "200ms"\nlist_lag = "1s"\nsettle = "2s"\n')
        env = {**os.environ, 'OPENAI_API_KEY': 'sk-bench-key', 'OVERNIGHT_ANY_FILESYSTEM': '1',
               'OVERNIGHT_TIMING': str(folder / 'timing')}
        command = [options.program, 'run', folder / 'job.toml', '--state', folder / 'state', '--config',
                   folder / 'config.toml', '--json', '--quiet']
        size = (folder / 'in.csv').stat().st_size
        print(f'input: {options.rows:,} rows, {size:,} bytes')
        seconds, peak, out, cpu = timed(command, env=env)
        report = json.loads(out)
        assert report['rows']['answered'] == options.rows, report
        print(f'run: {seconds:.2f} s wall, {cpu:.2f} s CPU, peak {peak:.1f} MiB, {report["requests"]:,} requests, '
              f'{report["batches"]} batches')
        busy = 0
        if (folder / 'timing').exists():
            for name, value in phases(folder / 'timing').items():
                print(f'  {name}: {value:.2f} s, {options.rows / max(value, 1e-9):,.0f} rows/s')
                busy += value
            print(f'  busy: {busy:.2f} s')
        spool = folder / 'state' / 'spool' / str(report['job'])
        if not options.no_floor:
            parts, sizes = floor(folder, emulator.url, spool)
            print('floor: ' + ', '.join(f'{k} {v:.2f} s' for k, v in parts.items()) + f'; {sum(parts.values()):.2f} s')
            print('bytes: ' + ', '.join(f'{k} {v:,}' for k, v in sizes.items()))
            if busy:
                print(f'ratio: {busy / sum(parts.values()):.2f} of the floor')
        (folder / 'timing').unlink(missing_ok=True)
        requests = (folder / 'ledger.jsonl').stat().st_size
        seconds, peak, out, cpu = timed(command, env=env)
        report = json.loads(out)
        assert report['rows']['cached'] == options.rows and report['requests'] == 0, report
        assert (folder / 'ledger.jsonl').stat().st_size == requests, 'the rerun spoke to the provider'
        print(f'rerun: {seconds:.2f} s wall, {cpu:.2f} s CPU, peak {peak:.1f} MiB, all cached, no request sent')
        if (folder / 'timing').exists():
            for name, value in phases(folder / 'timing').items():
                print(f'  {name}: {value:.2f} s, {options.rows / max(value, 1e-9):,.0f} rows/s')
    finally:
        if emulator:
            emulator.stop()
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == '__main__':
    main()
