#!/usr/bin/env python3
"""Writes what transformers' apply_chat_template makes of several conversations in every chat format that we write
natively. Needs transformers, tokenizers.

    python scripts/oracles/make_chat_vectors.py FOLDER tests/policy/data/chat_vectors.json

FOLDER holds qwen2.5/ and qwen3/ with the official tokenizer_config.json, whose templates are used. The templates of Llama-3
and gpt-oss are not free to copy: what they do without tools is restated here.
"""
import datetime
import json
import sys
from pathlib import Path

from tokenizers import Tokenizer, models
from transformers import PreTrainedTokenizerFast

LLAMA3 = (
    "{% for m in messages %}{% if loop.first %}{{ bos_token }}{% endif %}{{ '<|start_header_id|>' + m['role'] + '<|end_header_id|>\n\n' "
    "+ m['content'] | trim + '<|eot_id|>' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}")
LLAMA31 = (
    "{{- bos_token }}{% set date = date_string or '26 Jul 2024' %}{% set rest = messages %}{% set text = '' %}"
    "{% if messages[0]['role'] == 'system' %}{% set text = messages[0]['content'] | trim %}{% set rest = messages[1:] %}{% endif %}"
    "{{- '<|start_header_id|>system<|end_header_id|>\n\nCutting Knowledge Date: December 2023\nToday Date: ' + date + '\n\n' + text + '<|eot_id|>' }}"
    "{% for m in rest %}{{- '<|start_header_id|>' + m['role'] + '<|end_header_id|>\n\n' + m['content'] | trim + '<|eot_id|>' }}{% endfor %}"
    "{% if add_generation_prompt %}{{- '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}")
HARMONY = r"""
{{- "<|start|>system<|message|>You are ChatGPT, a large language model trained by OpenAI.\nKnowledge cutoff: 2024-06\n" }}
{{- "Current date: " + strftime_now("%Y-%m-%d") + "\n\n" }}
{{- REASONING + (reasoning_effort or "medium") + "\n\n" }}
{{- "# Valid channels: analysis, commentary, final. Channel must be included for every message.FUNCTIONS<|end|>" }}
{%- if messages[0].role in ("developer", "system") %}
    {%- set developer_message = messages[0].content %}
    {{- "<|start|>developer<|message|># Instructions\n\n" }}
    {{- developer_message }}
    BEHIND
    {%- if tools %}{%- endif %}
    {{- "<|end|>" }}
    {%- set messages = messages[1:] %}
{%- endif %}
{%- for m in messages %}
    {%- if m.role == "assistant" %}
        {{- "<|start|>assistantCHANNEL<|message|>" + m.content + "<|end|>" }}
    {%- else %}
        {{- "<|start|>" + m.role + "<|message|>" + m.content + "<|end|>" }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{- "<|start|>assistant" }}{%- endif %}
""".strip()


def harmony(reasoning, functions, behind, channel):
    return (HARMONY.replace("REASONING", f'"{reasoning}: "').replace("FUNCTIONS", functions).replace("BEHIND", behind)
            .replace("CHANNEL", channel))


def say(*parts):
    roles = {"s": "system", "u": "user", "a": "assistant", "t": "tool"}
    return [{"role": roles[part[0]], "content": part[2:]} for part in parts]


CONVERSATIONS = [
    say("u:Write a kernel."),
    say("s:You write CUDA.", "u:Write a kernel.\n\n```\ncode\n```\n"),
    say("s:  blanks \n", "u:\n blanks\u00a0\n\n", "a: answer \n", "u:more"),
    say("u:first", "a:<think>\nhm, 2 + 2\n</think>\n\nfour", "u:second"),
    say("s:sys", "u:first", "a:one", "u:second", "a:two", "u:third"),
]
CHATML_ONLY = [
    say("u:q", "t:result one", "t:result two"),
    say("u:q", "a:<think>\nthought\n</think>\n\ncalls", "t:result", "a:<think>deep</think>done", "t:r2"),
    say("u:q", "a:no thought", "t:result"),
    say("u:q", "a:plain", "u:<tool_response>x</tool_response>"),
]


def cases(template, bos, conversations, **more):
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=Tokenizer(models.BPE()), bos_token=bos)
    for messages in conversations:
        text = tokenizer.apply_chat_template(messages, chat_template=template, tokenize=False, add_generation_prompt=True, **more)
        yield {"messages": messages, "text": text}


def main():
    folder, out = Path(sys.argv[1]), Path(sys.argv[2])
    today = datetime.date.today().isoformat()
    formats = []

    def add(name, template, conversations, bos=None, reasoning="auto", date="", **more):
        config = {"chat_template": template, "bos_token": bos}
        formats.append({"name": name, "config": config, "reasoning": reasoning, "date": date,
                        "cases": list(cases(template, bos, conversations, **more))})

    for family in ("qwen2.5", "qwen3"):
        template = json.loads((folder / family / "tokenizer_config.json").read_text())["chat_template"]
        if family == "qwen3":
            add(family, template, CONVERSATIONS + CHATML_ONLY, reasoning="on")
            add(family + " without thinking", template, CONVERSATIONS + CHATML_ONLY, enable_thinking=False)
        else:
            add(family, template, CONVERSATIONS + CHATML_ONLY)
    add("llama-3", LLAMA3, CONVERSATIONS, bos="<|begin_of_text|>")
    add("llama-3.1", LLAMA31, CONVERSATIONS, bos="<|begin_of_text|>")
    add("llama-3.2 on another day", LLAMA31, CONVERSATIONS, bos="<|begin_of_text|>", date="01 Mar 2026", date_string="01 Mar 2026")
    newest = harmony("Reasoning", "", r'{{- "\n\n" }}', "<|channel|>final")
    add("gpt-oss", newest, CONVERSATIONS, date=today)
    for effort in ("low", "medium", "high"):
        add("gpt-oss " + effort, newest, CONVERSATIONS[:2], reasoning=effort, date=today, reasoning_effort=effort)
    oldest = harmony("reasoning", r"\nCalls to these tools must go to the commentary channel: 'functions'.", "", "")
    add("gpt-oss, first template", oldest, CONVERSATIONS, date=today)
    out.write_text(json.dumps(formats, ensure_ascii=False, indent=0) + "\n")


if __name__ == "__main__":
    main()
