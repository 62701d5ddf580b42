"""A throw-away tree with something planted in it, and the lints run on it as a person would run them."""
import os
import subprocess
import sys
import tempfile
import unittest

TOOLS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, TOOLS)


class PlantedTree(unittest.TestCase):
    """Each test has a tree of its own; plant() puts files there, run_tool() gives exit code and output."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix='overnight-lint-')
        self.addCleanup(folder.cleanup)
        self.root = folder.name

    def plant(self, path: str, text: str) -> str:
        full = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, 'w', encoding='utf-8', newline='') as file:
            file.write(text)
        return full

    def run_tool(self, name: str, *arguments: str) -> tuple[int, str]:
        tool = os.path.join(TOOLS, name)
        done = subprocess.run([tool, *arguments], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    def assert_finds(self, place: str, result: tuple[int, str]) -> None:
        code, output = result
        self.assertEqual(code, 1, output)
        self.assertIn(place, output)

    def assert_clean(self, result: tuple[int, str]) -> None:
        code, output = result
        self.assertEqual(code, 0, output)
