"""The tables of Tests/Corpus/smuggling, and the little of HTTP/1 that is needed to compare what came out."""
import os
import re

CORPUS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "Corpus", "smuggling")
# What the proxy adds itself.
OWN = {"x-forwarded-for", "x-forwarded-proto", "x-request-id", "traceparent", "via"}


def unescape(text):
    text = re.sub(r"\\\{(.*?)\*(\d+)\}", lambda m: m.group(1) * int(m.group(2)), text)
    plain = {"r": b"\r", "n": b"\n", "t": b"\t", "\\": b"\\"}
    out, i = b"", 0
    while i < len(text):
        if text[i] != "\\":
            out += text[i].encode("latin-1")
            i += 1
        elif text[i + 1] == "x":
            out += bytes([int(text[i + 2:i + 4], 16)])
            i += 4
        else:
            out += plain[text[i + 1]]
            i += 2
    return out


class Case:
    def __init__(self, lines):
        self.name = lines[0][2:]
        self.sent, self.passed, self.refusal, self.waits, self.closes, self.asked = b"", [], None, False, False, "GET"
        for line in lines[1:]:
            kind, rest = line[0], line[2:]
            if kind == ">":
                self.sent += unescape(rest)
            elif kind == "=":
                self.passed.append(unescape(rest))
            elif kind == "!":
                self.refusal = int(rest.split()[0])
            elif kind == "~":
                self.waits = True
            elif kind == "$":
                self.closes = True
            elif kind == "@":
                self.asked = rest


def cases(name):
    with open(os.path.join(CORPUS, name), encoding="utf-8") as f:
        for block in f.read().split("\n\n"):
            lines = [line for line in block.split("\n") if line]
            if lines:
                yield Case(lines)


def message(data, is_answer_to_head=False, is_ended=False):
    """The first message of the bytes as (line, fields, body, rest); None while it is not whole."""
    head, mark, rest = data.partition(b"\r\n\r\n")
    if not mark:
        return None
    lines = head.split(b"\r\n")
    fields = []
    for line in lines[1:]:
        name, _, value = line.partition(b":")
        fields.append((name.decode("latin-1").lower(), value.strip().decode("latin-1")))
    known = dict(fields)
    status = lines[0].split(b" ")[1][:1] if lines[0].startswith(b"HTTP/") else b""
    if is_answer_to_head or status == b"1" or lines[0][9:12] in (b"204", b"304"):
        return lines[0], fields, b"", rest
    if known.get("transfer-encoding") == "chunked":
        body = b""
        while True:
            size, mark, after = rest.partition(b"\r\n")
            if not mark:
                return None
            count = int(size, 16)
            if count == 0:
                trailers, mark, left = after.partition(b"\r\n") if after.startswith(b"\r\n") else after.partition(b"\r\n\r\n")
                said = [line.lower() for line in trailers.split(b"\r\n") if line]
                return (lines[0], fields, (body, said) if said else body, left) if mark else None
            if len(after) < count + 2:
                return None
            body, rest = body + after[:count], after[count + 2:]
    if "content-length" in known:
        count = int(known["content-length"])
        return (lines[0], fields, rest[:count], rest[count:]) if len(rest) >= count else None
    if status:
        return (lines[0], fields, rest, b"") if is_ended else None
    return lines[0], fields, b"", rest


def meaning(parts):
    """What must be the same however it is framed on the way."""
    line, fields, body, _ = parts
    framing = {"content-length", "transfer-encoding", "connection", "te"}
    return line, [(n, v) for n, v in fields if n not in OWN and n not in framing], body
