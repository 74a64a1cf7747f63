# SPDX-License-Identifier: MIT
"""Questions: the reader, scripts, servers and functions as models."""
import http.server
import json
import subprocess
import threading

import pytest

import foveate

QUESTION = "How many thousand people live in Sankt Aldegund?"


def looks_once(messages, tools, info):
    if info["round"] == 1:
        call = {"name": "zoom", "arguments": {"box": [0, 0, 50, 50]}}
        return {"text": "I look.", "calls": [call]}
    return "ANSWER: 42\nREASON: it says so\nEVIDENCE: img_1"


def test_the_reader_answers_with_evidence(chart):
    session = foveate.Session(chart)
    kinds = []
    answer = session.ask(QUESTION, on_event=lambda event: kinds.append(event["kind"]))
    assert answer.text == str(answer) == "27.3" and not answer.unsure and answer.reason
    assert "img_0" in answer.evidence and answer.images > 0 and answer.rounds > 1
    assert kinds[0] == "source" and kinds[-1] == "answer" and kinds.count("look") == answer.images
    unsure = session.ask("What is the weather like in Paris?")
    assert unsure.text is None and unsure.unsure and unsure.reason
    assert session.verify().differing == 0


def test_python_and_the_command_line_write_the_same_record(chart, cli, tmp_path):
    said = subprocess.run([cli, "ask", chart, QUESTION, "--out", tmp_path / "cli", "--json"],
                          capture_output=True, text=True, check=True).stdout
    there = json.loads(said.splitlines()[-1])
    with foveate.Session(chart) as session:
        here = session.ask(QUESTION)
    assert (here.text, here.reason, list(here.evidence)) == (
        there["answer"], there["reason"], there["evidence"])
    assert session.verify().digest == foveate.verify(tmp_path / "cli").digest


def test_a_function_is_the_model(chart):
    seen = []

    def model(messages, tools, info):
        seen.append((messages, tools, info))
        return looks_once(messages, tools, info)

    session = foveate.Session(chart, model=model)
    answer = session.ask("What is it?")
    assert (answer.text, answer.reason, answer.evidence) == ("42", "it says so", ("img_1",))
    assert (answer.rounds, answer.calls, answer.images) == (2, 1, 1)
    first, tools, info = seen[0]
    assert [message["role"] for message in first] == ["system", "user"]
    parts = first[1]["content"]
    assert [part["type"] for part in parts] == ["text", "image", "text"]
    assert parts[1]["id"] == "img_0" and parts[1]["image"].file()[:4] == b"\x89PNG"
    assert parts[1]["image"].size == (parts[1]["width"], parts[1]["height"])
    assert parts[2]["text"] == "What is it?"
    assert tools[0]["name"] == "zoom" and tools[0]["parameters"]["type"] == "object"
    assert info["round"] == 1 and info["rounds_left"] == 11
    second = seen[1][0]
    assert [message["role"] for message in second] == ["system", "user", "assistant", "tool"]
    call, result, image = second[2]["content"][1], *second[3]["content"]
    assert call["type"] == "call" and json.loads(call["arguments"]) == {"box": [0, 0, 50, 50]}
    assert result["type"] == "result" and result["id"] == call["id"] and not result["is_error"]
    assert image["id"] == "img_1" and second[1]["content"][1]["image"] is parts[1]["image"]
    assert session.verify().differing == 0


def test_a_function_and_a_script_make_the_same_looks(chart):
    script = json.dumps([{"calls": [{"name": "zoom", "arguments": {"box": [0, 0, 50, 50]}}]},
                         {"text": "ANSWER: 42\nEVIDENCE: img_1"}])
    scripted = foveate.Session(chart, model=foveate.Model.script(script))
    called = foveate.Session(chart, model=looks_once)
    assert scripted.ask("?").text == called.ask("?").text == "42"
    assert scripted.recipe_sha256(1) == called.recipe_sha256(1)
    with pytest.raises(foveate.ProviderError):
        scripted.ask("once more?")


def test_exceptions_of_a_function_pass_through(chart):
    class Mine(Exception):
        pass

    def fails(messages, tools, info):
        raise Mine("from inside")

    session = foveate.Session(chart)
    with pytest.raises(Mine, match="from inside") as caught:
        session.ask("?", model=fails)
    assert caught.traceback[-1].name == "fails", "with its own traceback"
    assert session.ask("?", model=looks_once).text == "42", "the session goes on"
    assert session.verify().differing == 0


def test_exceptions_of_an_event_pass_through(chart):
    def on_event(event):
        if event["kind"] == "look":
            raise LookupError(event["text"])

    for model in (None, looks_once):
        with pytest.raises(LookupError, match="img_1"):
            foveate.Session(chart).ask(QUESTION, model=model, on_event=on_event)


@pytest.mark.parametrize("reply, where", [
    (7, "reply"), (None, "reply"), ({"words": "x"}, "reply"), ({"text": 3}, "text"),
    ({"calls": [{"arguments": {}}]}, "calls[0]"), ({"calls": ["zoom"]}, "calls[0]"),
    ({"calls": [{"name": "zoom", "args": {}}]}, "calls[0]"),
    ({"calls": [{"name": "zoom", "arguments": {"box": object()}}]}, "arguments"),
    ({"text": "x", "usage": {"tokens": 1}}, "usage")])
def test_a_wrong_reply_is_named(chart, reply, where):
    with pytest.raises(foveate.ArgError) as caught:
        foveate.Session(chart).ask("?", model=lambda messages, tools, info: reply)
    assert caught.value.where == where


def test_a_functions_wrong_call_is_answered_not_raised(chart):
    def model(messages, tools, info):
        if info["round"] == 1:
            return {"calls": [{"id": "mine", "name": "zoom", "arguments": "{broken"}]}
        result = messages[-1]["content"][0]
        assert result["id"] == "mine" and result["is_error"]
        return "CANNOT TELL: " + json.loads(result["text"])["code"]

    answer = foveate.Session(chart).ask("?", model=model)
    assert answer.unsure and answer.reason == "BAD_JSON"


def test_usage_is_summed(chart):
    def model(messages, tools, info):
        reply = looks_once(messages, tools, info)
        reply = {"text": reply} if isinstance(reply, str) else reply
        return {**reply, "usage": {"input_tokens": 10, "output_tokens": 3}, "stop": "stop"}

    usage = foveate.Session(chart).ask("?", model=model).usage
    assert (usage.input_tokens, usage.output_tokens, usage.cached_tokens) == (20, 6, None)


def test_budgets_end_a_question(chart):
    def always(messages, tools, info):
        return {"calls": [{"name": "zoom", "arguments": {"box": [0, 0, 9 + info["round"], 9]}}]}

    answer = foveate.Session(chart, rounds=3).ask("?", model=always)
    assert answer.text is None and not answer.unsure and "budget" in answer.reason
    assert answer.rounds == 3


def test_a_session_has_one_model(chart):
    session = foveate.Session(chart)
    session.zoom([0, 0, 9, 9])
    with pytest.raises(foveate.StateError, match="has one model, reader"):
        session.ask("?", model=looks_once)
    functions = foveate.Session(chart)
    assert functions.ask("?", model=looks_once).text == "42"
    assert functions.ask("?", model=lambda *given: "ANSWER: 1").text == "1"
    assert functions.ask("?").text == "42", "the first is the session's own"
    with pytest.raises(foveate.StateError, match="make another session to ask reader"):
        functions.ask("?", model="reader")


def test_a_profile_follows_from_the_model(chart):
    assert foveate.Session(chart).profile == "reader"
    assert foveate.Session(chart, model="gpt-5.4-mini").profile == "openai-5.4-high"
    assert foveate.Session(chart, model=looks_once).profile == "generic"
    assert foveate.Session(chart, model=looks_once, profile="qwen3-vl").profile == "qwen3-vl"


class Server(http.server.BaseHTTPRequestHandler):
    """Answers every request with one text; remembers what it was asked."""

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append((self.path, dict(self.headers), body))
        text = json.dumps({"choices": [{"index": 0, "finish_reason": "stop", "message": {
            "role": "assistant", "content": "ANSWER: from afar"}}],
            "usage": {"prompt_tokens": 11, "completion_tokens": 4}}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *given):
        pass


@pytest.fixture
def server():
    made = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
    made.asked = []
    thread = threading.Thread(target=made.serve_forever)
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


def test_a_server_is_asked_by_name(chart, server, monkeypatch):
    url = f"http://127.0.0.1:{server.server_port}/v1"
    session = foveate.Session(chart)
    answer = session.ask("Who?", model="qwen3-vl:8b", base_url=url, api_key="sk-here")
    assert answer.text == "from afar" and answer.usage.input_tokens == 11
    path, headers, body = server.asked[0]
    assert path == "/v1/chat/completions" and headers["Authorization"] == "Bearer sk-here"
    assert body["model"] == "qwen3-vl:8b" and session.profile == "qwen3-vl"
    monkeypatch.setenv("OPENAI_API_KEY", "sk-environment")
    monkeypatch.setenv("OPENAI_BASE_URL", url)
    assert foveate.Session(chart).ask("Who?", model="some-model").text == "from afar"
    assert server.asked[1][1]["Authorization"] == "Bearer sk-environment"


def test_a_lost_server_is_an_error_and_the_key_is_not_in_it(chart):
    model = foveate.Model.server("m", base_url="http://127.0.0.1:9/v1", api_key="sk-secret",
                                 retries=0)
    session = foveate.Session(chart, model=model)
    with pytest.raises(ConnectionError) as caught:
        session.ask("?")
    assert isinstance(caught.value, foveate.NetError) and "sk-secret" not in str(caught.value)


def test_a_model_can_be_called_as_a_function(chart):
    reader, seen = foveate.Model.reader(), []

    def model(messages, tools, info):
        seen.append(reader(messages, tools, info))
        return seen[-1]

    wrapped, plain = foveate.Session(chart, profile="reader"), foveate.Session(chart)
    here, there = wrapped.ask(QUESTION, model=model), plain.ask(QUESTION)
    assert (here.text, here.reason, here.evidence) == (there.text, there.reason, there.evidence)
    assert (here.rounds, here.calls) == (there.rounds, there.calls) and here.calls > 1
    count = len(plain.images)
    assert count > 2 and [wrapped.recipe_sha256(i) for i in range(count)] == [
        plain.recipe_sha256(i) for i in range(count)]
    assert seen[0]["calls"] and seen[-1]["calls"] == [] and "ANSWER: 27.3" in seen[-1]["text"]


def test_a_model_is_called_without_a_session(chart):
    model = foveate.Model.script(json.dumps([
        {"text": "I look.", "calls": [{"name": "zoom", "arguments": {"box": [0, 0, 5, 5]}}],
         "usage": {"input_tokens": 7}}, {"text": "ANSWER: 1", "stop": "stop"}]))
    asked = [{"role": "user", "content": "What?"}]
    reply = model(asked)
    assert reply["text"] == "I look." and reply["usage"] == {"input_tokens": 7}
    call, = reply["calls"]
    assert call["name"] == "zoom" and json.loads(call["arguments"]) == {"box": [0, 0, 5, 5]}
    look = foveate.Session(chart).zoom([0, 0, 50, 50])
    asked += [
        {"role": "assistant", "content": [{"type": "text", "text": reply["text"]},
                                          {"type": "call", **call}]},
        {"role": "tool", "content": [
            {"type": "result", "id": call["id"], "name": "zoom", "text": look.text},
            {"type": "image", "image": look.image}]}]
    assert model(asked, info={"round": 2})["text"] == "ANSWER: 1"
    with pytest.raises(foveate.ProviderError):
        model(asked)


@pytest.mark.parametrize("arguments, where", [
    (("What?",), "messages"), ((["What?"],), "messages[0]"),
    (([{"role": "robot", "content": ""}],), "messages[0].role"),
    (([{"role": "user"}],), "messages[0]"),
    (([{"role": "user", "content": [{"type": "sound"}]}],), "messages[0].content[0].type"),
    (([{"role": "user", "content": [{"type": "text", "text": 5}]}],), "messages[0].content[0]"),
    (([{"role": "user", "content": [{"type": "text"}]}],), "text"),
    (([{"role": "user", "content": [{"type": "image", "image": "x.png"}]}],),
     "messages[0].content[0]"),
    (([{"role": "user", "content": [{"type": "image", "image": b"GIF89a"}]}],), "data"),
    (([{"role": "assistant", "content": [{"type": "image", "image": b"GIF89a"}]}],), "messages"),
    (([], [{"description": "no name"}]), "tools[0]"),
    (([], [], {"rounds": 3}), "info"), (([], [], {"round": -1}), "info")])
def test_a_wrong_request_is_named(arguments, where):
    model = foveate.Model.script('[{"text":"x"}]')
    with pytest.raises(foveate.ArgError) as caught:
        model(*arguments)
    assert caught.value.where == where, caught.value
    assert model([{"role": "user", "content": "?"}])["text"] == "x", "nothing was asked before"


class Looking(Server):
    """Asks for a look once, in a message with a member of its own."""

    raw = '{"role":"assistant","content":null,"own_member":{"kept":[1.50,"\\u00e9"]},' \
        '"tool_calls":[{"id":"c7","type":"function","function":{"name":"flip",' \
        '"arguments":"{\\"axis\\":' \
        '\\"vertical\\"}"}}]}'

    def do_POST(self):
        text = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.asked.append(text)
        said = self.raw if len(self.server.asked) == 1 else \
            '{"role":"assistant","content":"ANSWER: kept"}'
        body = ('{"choices":[{"index":0,"finish_reason":"stop","message":%s}]}' % said).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def test_a_wrapped_server_gets_its_own_words_back(chart, server):
    server.RequestHandlerClass = Looking
    inner = foveate.Model.server("m", base_url=f"http://127.0.0.1:{server.server_port}/v1")
    answer = foveate.Session(chart).ask("?", model=lambda *given: inner(*given))
    assert answer.text == "kept" and answer.calls == 1
    assert Looking.raw in server.asked[1], "byte for byte"
    assert json.loads(server.asked[0])["tools"][0]["function"]["name"] == "zoom"


def test_a_model_is_not_asked_while_it_is_being_asked(chart):
    model, caught = foveate.Model.reader(), []

    def on_event(event):
        for call in (lambda: model([{"role": "user", "content": "?"}]),
                     lambda: foveate.Session(chart, model=model).ask("?")):
            try:
                call()
            except foveate.StateError as error:
                caught.append(str(error))

    answer = foveate.Session(chart, model=model).ask(QUESTION, on_event=on_event)
    assert answer.text == "27.3"
    assert len(caught) > 4 and all("being asked" in text for text in caught)
