"""The conformance suite for adapters: every scenario of adapter_scenarios.py on every dialect. OVERNIGHT_DIALECT picks one."""
import os
import unittest

from adapter_scenarios import AdapterScenarios
from harness import ANTHROPIC, GEMINI, MISTRAL, OPENAI, TOGETHER, XAI, World

wanted = os.environ.get('OVERNIGHT_DIALECT', '')

if wanted in ('', 'openai'):
    class OpenAi(AdapterScenarios, World):
        dialect = OPENAI

if wanted in ('', 'gemini'):
    class Gemini(AdapterScenarios, World):
        dialect = GEMINI

if wanted in ('', 'anthropic'):
    class Anthropic(AdapterScenarios, World):
        dialect = ANTHROPIC

if wanted in ('', 'together'):
    class Together(AdapterScenarios, World):
        dialect = TOGETHER

if wanted in ('', 'mistral'):
    class Mistral(AdapterScenarios, World):
        dialect = MISTRAL

if wanted in ('', 'xai'):
    class Xai(AdapterScenarios, World):
        dialect = XAI


if __name__ == '__main__':
    unittest.main()
