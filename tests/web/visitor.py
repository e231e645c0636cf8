"""A visitor without a browser who keeps cookies, opens pages over the websocket, presses what they show, and sends what they do not."""

from __future__ import annotations

import re
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

from kpis.languages import say
from tests.bench.viewer import ALL
from tests.publishers.shown import unheld
from tests.web.served import Answer, Instance

BOUNDARY = "part"


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


@dataclass
class Visitor:
    """Somebody at an instance; ``cookies`` may be copied, which is what a replay is."""

    instance: Instance
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        return self.instance.origin

    def ask(self, path: str, method: str = "GET", *, body: bytes = b"", **headers: str) -> Answer:
        """Send a request with the cookies, and keep those that come back."""
        sent = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())} if self.cookies else {}
        answer = self.instance.ask(path, method, body=body, **sent, **headers)
        for cookie in answer.headers.get("set-cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value.strip('"')
            if not self.cookies[name]:
                del self.cookies[name]
        return answer

    def tab(self) -> Tab:
        """Open a page."""
        self.ask(f"{self.instance.base}/_stcore/health")
        return Tab(self)

    def sign_in(self, subject: str) -> Visitor:
        """Sign in as a user of the provider, as the page and the provider's own lead one."""
        tab = self.tab()
        tab.run()
        login = tab.press("サインイン")
        tab.close()
        to_provider = self.ask(login).one("location")
        opener = urllib.request.build_opener(NoRedirect)
        try:
            opener.open(to_provider, urllib.parse.urlencode({"sub": subject}).encode(), timeout=60)
        except urllib.error.HTTPError as answer:
            back = answer.headers["location"]
        self.ask(back.removeprefix(self.origin))
        return self


class Tab:
    """An open page."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        cookies = "; ".join(f"{k}={v}" for k, v in visitor.cookies.items())
        self._held = ExitStack()
        opening = connect(
            **visitor.instance.opening(), subprotocols=["streamlit", visitor.cookies["_streamlit_xsrf"]],
            origin=visitor.origin, additional_headers={"Cookie": cookies}, max_size=None, open_timeout=60, max_queue=ALL,
        )  # fmt: skip
        self.line = self._held.enter_context(opening)
        self.session = ""
        self.shown: list[Any] = []
        self.popovers: list[str] = []
        self.fields: dict[str, str] = {}  # what was typed or chosen, which a browser sends with all it asks
        self._page = ("", "")

    def run(self, page: str | None = None, query: str = "", **pressed: bool) -> str:
        """Ask for a run of a page, and return every text it shows."""
        self._page = (page, query) if page is not None else self._page
        asked = self.asked()
        for name in pressed:
            asked.rerun_script.widget_states.widgets.add(id=name, trigger_value=True)
        self.say(asked)
        return self.wait()

    def open_all(self) -> str:
        """Open everything that pops up and is filled when it is opened."""
        asked = self.asked()
        for name in filter(None, self.popovers):  # what is filled at once has no name
            asked.rerun_script.widget_states.widgets.add(id=name, bool_value=True)
        self.say(asked)
        return self.wait()

    def say(self, message: BackMsg) -> None:
        """Send any message at all."""
        self.line.send(message.SerializeToString())

    def hear(self) -> ForwardMsg:
        """Return the next message of the server."""
        return ForwardMsg.FromString(self.line.recv(timeout=60))  # type: ignore[arg-type]

    def wait(self) -> str:
        """Wait until a run is over, and return every text it shows."""
        self.shown, self.popovers = [], []
        while True:
            message = self.hear()
            kind = message.WhichOneof("type")
            if kind == "new_session":
                self.session = message.new_session.initialize.session_id or self.session
            if kind == "delta" and message.delta.WhichOneof("type") == "new_element":
                self.shown.append(message.delta.new_element)
            if kind == "delta" and message.delta.add_block.WhichOneof("type") == "popover":
                self.popovers.append(message.delta.add_block.popover.id)
            if kind == "script_finished":
                if message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                    return self.text
                self.shown, self.popovers = [], []

    @property
    def text(self) -> str:
        """Return every text that is shown."""
        return unheld("\n".join(element.SerializeToString().decode("utf-8", "ignore") for element in self.shown))

    def parts(self, kind: str) -> list[Any]:
        """Return what is shown of a kind, as ``download_button``."""
        return [getattr(element, kind) for element in self.shown if element.WhichOneof("type") == kind]

    def asked(self) -> BackMsg:
        """Return the beginning of a word about the page that is open."""
        asked = BackMsg()
        asked.rerun_script.page_name, asked.rerun_script.query_string = self._page
        for name, word in self.fields.items():
            asked.rerun_script.widget_states.widgets.add(id=name, string_value=word)
        return asked

    def push(self, label: str) -> None:
        """Press a button, and wait for nothing."""
        (button,) = [each for each in self.parts("button") if each.label == label]
        asked = self.asked()
        asked.rerun_script.widget_states.widgets.add(id=button.id, trigger_value=True)
        self.say(asked)

    def widget(self, kind: str, label: str) -> str:
        """Return the name by which the field of a label is known, as of a ``text_input``."""
        (name,) = [each.id for each in self.parts(kind) if each.label == label]
        return str(name)

    def send(self, label: str = "", **words: str) -> str:
        """Press a button, if one is named, with what was chosen or typed into fields; return every text that is shown then."""
        self.fields |= words
        asked = self.asked()
        if label:
            (button,) = [each for each in self.parts("button") if each.label == label]
            asked.rerun_script.widget_states.widgets.add(id=button.id, trigger_value=True)
        self.say(asked)
        return self.wait()

    def press(self, label: str) -> str:
        """Press a button, and return the address to which that leads, if it leads to one."""
        self.push(label)
        while True:
            message = self.hear()
            if message.WhichOneof("type") == "auth_redirect":
                return message.auth_redirect.url
            if message.WhichOneof("type") == "script_finished":
                return ""

    def deferred(self, file_id: str, session: str = "") -> Any:
        """Ask for a file that is made when it is asked for; return the answer, of whichever session the request says it is."""
        asked = BackMsg()
        asked.backend_operation_request.request_id, asked.backend_operation_request.session_id = "1", session or self.session
        asked.backend_operation_request.deferred_file.file_id = file_id
        self.say(asked)
        while True:
            message = self.hear()
            if message.WhichOneof("type") == "backend_operation_response":
                return message.backend_operation_response

    def upload(self, content: bytes = b"x", *, file: str = "f1", session: str = "", visitor: Visitor | None = None) -> Answer:
        """Send a file to the address of this session, or of another."""
        who = visitor or self.visitor
        body = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="f"; filename="f.xlsx"\r\n\r\n'.encode() + content
        body += f"\r\n--{BOUNDARY}--\r\n".encode()
        return who.ask(
            f"{who.instance.base}/_stcore/upload_file/{session or self.session}/{file}", "PUT", body=body,
            Content_Type=f"multipart/form-data; boundary={BOUNDARY}", X_Xsrftoken=who.cookies.get("_streamlit_xsrf", ""),
        )  # fmt: skip

    def hand_in(self, content: bytes, file: str) -> None:
        """Press the button of the form with a file that was uploaded, and wait for nothing."""
        (uploader,) = self.parts("file_uploader")
        (button,) = [each for each in self.parts("button") if each.label == say("upload_button", "ja")]
        asked = self.asked()
        widget = asked.rerun_script.widget_states.widgets.add(id=uploader.id)
        info = widget.file_uploader_state_value.uploaded_file_info.add(file_id=file, name="q3.xlsx", size=len(content))
        info.file_urls.file_id = file
        asked.rerun_script.widget_states.widgets.add(id=button.id, trigger_value=True)
        self.say(asked)

    def close(self) -> None:
        """Leave."""
        self._held.close()


def refused(answer: Answer) -> bool:
    """Say whether an answer refuses in both languages."""
    return (
        answer.status >= 400
        and bool(re.search(r"[ぁ-ん]", answer.body.decode()))
        and bool(re.search("[a-z]{3}", answer.body.decode()))
    )


def becomes(state: Callable[[], bool], seconds: float = 60.0) -> float:
    """Wait for a state; return the seconds it took."""
    began = time.monotonic()
    while not state():
        assert time.monotonic() - began < seconds, "the state does not come"
        time.sleep(0.05)
    return time.monotonic() - began
