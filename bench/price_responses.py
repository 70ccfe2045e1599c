#!/usr/bin/env python3
"""Writes API responses as JSON lines, the same ones every time:

    price_responses.py openai|anthropic COUNT >FILE

OpenAI chat completions and responses, and Anthropic messages, in the shapes
that their API references show (read 2026-11-22); the words are made up. One
in 50 does what makes prices hard: a name nobody prices, a service tier, web
searches, input beyond a long-context tier.
"""
import json
import random
import sys

WORDS = ('the a of to and in is for on with that as are it be by this from or '
         'an at which can not have more one each when they their model price '
         'token request answer because every other between measure "quoted" '
         'caf\u00e9 line\nbreak context output window first second table value '
         'number result example').split(' ')

# name, share of the answers, reasons
OPENAI_CHAT = (('gpt-4o-mini-2024-07-18', 30, False),
               ('gpt-4o-2024-08-06', 20, False),
               ('gpt-4.1-2025-04-14', 10, False),
               ('gpt-3.5-turbo-0125', 5, False),
               ('gpt-5-mini-2025-08-07', 15, True),
               ('o4-mini-2025-04-16', 10, True),
               ('gpt-5.4', 10, True))
OPENAI_RESPONSES = (('gpt-5-2025-08-07', 40, True),
                    ('gpt-5-nano-2025-08-07', 30, True),
                    ('gpt-4.1-mini-2025-04-14', 20, False),
                    ('o3-2025-04-16', 10, True))
ANTHROPIC = (('claude-sonnet-4-20250514', 30, False),
             ('claude-sonnet-4-5-20250929', 30, False),
             ('claude-3-5-haiku-20241022', 20, False),
             ('claude-opus-4-1-20250805', 10, False),
             ('claude-3-haiku-20240307', 10, False))


class Maker:
    def __init__(self, seed):
        # random() alone gives the same numbers in every version of Python
        self.random = random.Random(seed).random
        self.made = 0

    def below(self, limit):
        return int(self.random() * limit)

    def one_in(self, n):
        return self.below(n) == 0

    def pick(self, rows):
        at = self.below(sum(row[1] for row in rows))
        for row in rows:
            at -= row[1]
            if at < 0:
                return row

    def name(self, prefix):
        return '%s%024x' % (prefix, self.below(1 << 52) * 7919)

    def words(self, count):
        return ' '.join(WORDS[self.below(len(WORDS))] for _ in range(count))

    def counts(self, reasons, long_from):
        """Input, of it cached, output, of it reasoning."""
        tokens = 20 + int(4000 * self.random() ** 3)
        if self.one_in(200):
            tokens += long_from
        cached = 0
        if tokens > 1024 and self.one_in(2):
            cached = tokens // 128 * 128 // (1 + self.below(3))
        out = 5 + int(800 * self.random() ** 2)
        reasoning = self.below(20) * 64 if reasons else 0
        return tokens, cached, out + reasoning, reasoning

    def model(self, rows):
        name, _, reasons = self.pick(rows)
        return ('unreleased-model-%d' % self.below(3) if self.one_in(100)
                else name), reasons

    def openai_chat(self):
        model, reasons = self.model(OPENAI_CHAT)
        tokens, cached, out, reasoning = self.counts(reasons, 272000)
        text = self.words((out - reasoning) // 5)
        return {
            'id': self.name('chatcmpl-'), 'object': 'chat.completion',
            'created': 1780000000 + self.made, 'model': model,
            'choices': [{
                'index': 0,
                'message': {'role': 'assistant', 'content': text,
                            'refusal': None, 'annotations': []},
                'logprobs': None, 'finish_reason': 'stop'}],
            'usage': {
                'prompt_tokens': tokens, 'completion_tokens': out,
                'total_tokens': tokens + out,
                'prompt_tokens_details': {
                    'cached_tokens': cached, 'audio_tokens': 0},
                'completion_tokens_details': {
                    'reasoning_tokens': reasoning, 'audio_tokens': 0,
                    'accepted_prediction_tokens': 0,
                    'rejected_prediction_tokens': 0}},
            'service_tier': 'flex' if self.one_in(100) else 'default',
            'system_fingerprint': 'fp_%010x' % self.below(1 << 40)}

    def openai_responses(self):
        model, reasons = self.model(OPENAI_RESPONSES)
        tokens, cached, out, reasoning = self.counts(reasons, 272000)
        output = []
        if reasons:
            output.append({'id': self.name('rs_'), 'type': 'reasoning',
                           'summary': []})
        if self.one_in(100):
            output.append({
                'id': self.name('ws_'), 'type': 'web_search_call',
                'status': 'completed',
                'action': {'type': 'search', 'query': self.words(4)}})
        output.append({
            'id': self.name('msg_'), 'type': 'message', 'status': 'completed',
            'role': 'assistant',
            'content': [{'type': 'output_text', 'annotations': [],
                         'logprobs': [],
                         'text': self.words((out - reasoning) // 5)}]})
        return {
            'id': self.name('resp_'), 'object': 'response',
            'created_at': 1780000000 + self.made, 'status': 'completed',
            'background': False, 'error': None, 'incomplete_details': None,
            'instructions': None, 'max_output_tokens': None,
            'model': model, 'output': output, 'parallel_tool_calls': True,
            'previous_response_id': None,
            'reasoning': {'effort': 'medium', 'summary': None},
            'service_tier': 'default', 'store': True, 'temperature': 1.0,
            'text': {'format': {'type': 'text'}, 'verbosity': 'medium'},
            'tool_choice': 'auto', 'tools': [], 'top_p': 1.0,
            'truncation': 'disabled',
            'usage': {
                'input_tokens': tokens,
                'input_tokens_details': {'cached_tokens': cached},
                'output_tokens': out,
                'output_tokens_details': {'reasoning_tokens': reasoning},
                'total_tokens': tokens + out},
            'user': None, 'metadata': {}}

    def anthropic(self):
        model, _ = self.model(ANTHROPIC)
        tokens, cached, out, _ = self.counts(False, 200000)
        written = cached // 2 if self.one_in(3) else 0
        hour = written if self.one_in(4) else 0
        usage = {
            'input_tokens': tokens - cached,
            'cache_creation_input_tokens': written,
            'cache_read_input_tokens': cached - written,
            'cache_creation': {
                'ephemeral_5m_input_tokens': written - hour,
                'ephemeral_1h_input_tokens': hour},
            'output_tokens': out, 'service_tier': 'standard'}
        if self.one_in(100):
            usage['server_tool_use'] = {'web_search_requests':
                                        1 + self.below(3)}
        return {
            'id': self.name('msg_'), 'type': 'message', 'role': 'assistant',
            'model': model,
            'content': [{'type': 'text', 'text': self.words(out // 5)}],
            'stop_reason': 'end_turn', 'stop_sequence': None, 'usage': usage}

    def openai(self):
        return self.openai_responses() if self.one_in(3) \
            else self.openai_chat()


def main():
    maker = Maker(20261122)
    make = {'openai': maker.openai, 'anthropic': maker.anthropic}[sys.argv[1]]
    for maker.made in range(int(sys.argv[2])):
        sys.stdout.write(json.dumps(make(), separators=(',', ':'),
                                    ensure_ascii=False) + '\n')


if __name__ == '__main__':
    main()
