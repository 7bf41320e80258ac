"""Reads TensorBoard event files without TensorFlow or TensorBoard: record framing with CRC-32C, then the protocol buffers by hand.

Usage: read_events.py FILE...
Prints one JSON list per file, an object per event. Ends with status 1 and a message when a checksum or the structure is wrong.
Written from the descriptions of the formats, not from the writer: bit by bit CRC, no table.
"""

import json
import struct
import sys


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def masked(data):
    crc = crc32c(data)
    return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF


def records(data):
    at = 0
    while at < len(data):
        if at + 12 > len(data):
            raise ValueError("truncated head at byte %d" % at)
        length, check = struct.unpack_from("<QI", data, at)
        if masked(data[at : at + 8]) != check:
            raise ValueError("wrong checksum of the length at byte %d" % at)
        body = data[at + 12 : at + 12 + length]
        if len(body) != length or at + 16 + length > len(data):
            raise ValueError("truncated record at byte %d" % at)
        (check,) = struct.unpack_from("<I", data, at + 12 + length)
        if masked(body) != check:
            raise ValueError("wrong checksum of the data at byte %d" % at)
        yield body
        at += 16 + length


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at


def fields(data):
    """All fields of a message as {number: [values]}."""
    result, at = {}, 0
    while at < len(data):
        key, at = varint(data, at)
        number, kind = key >> 3, key & 7
        if kind == 0:
            value, at = varint(data, at)
        elif kind == 1:
            value, at = data[at : at + 8], at + 8
        elif kind == 5:
            value, at = data[at : at + 4], at + 4
        elif kind == 2:
            length, at = varint(data, at)
            value, at = data[at : at + length], at + length
            if len(value) != length:
                raise ValueError("truncated field %d" % number)
        else:
            raise ValueError("wire type %d" % kind)
        result.setdefault(number, []).append(value)
    return result


def signed(value):
    return value - (1 << 64) if value >> 63 else value


def one(message, number, default=None):
    return message[number][-1] if number in message else default


def text(message, number):
    value = one(message, number)
    return None if value is None else value.decode("utf-8")


def shape(data):
    return [signed(one(fields(dim), 1, 0)) for dim in fields(data).get(2, [])]


def tensor(data):
    message = fields(data)
    dtype = one(message, 1, 0)
    dims = shape(one(message, 2, b""))
    if dtype == 1:
        raw = b"".join(message.get(5, []))
        values = list(struct.unpack("<%df" % (len(raw) // 4), raw))
    elif dtype == 2:
        raw = b"".join(message.get(6, []))
        values = list(struct.unpack("<%dd" % (len(raw) // 8), raw))
    elif dtype == 7:
        values = [value.decode("utf-8") for value in message.get(8, [])]
    else:
        raise ValueError("tensor of type %d" % dtype)
    return {"dtype": dtype, "shape": dims, "values": values}


def summary(data):
    result = []
    for raw in fields(data).get(1, []):
        value = fields(raw)
        metadata = fields(one(value, 9, b""))
        plugin = fields(one(metadata, 1, b""))
        result.append(
            {
                "tag": text(value, 1),
                "plugin": text(plugin, 1),
                "content": text(plugin, 2),
                "data_class": one(metadata, 4, 0),
                **tensor(one(value, 8, b"")),
            }
        )
    return result


def graph(data):
    nodes = []
    for raw in fields(data).get(1, []):
        node = fields(raw)
        attributes = {}
        for entry in node.get(5, []):
            pair = fields(entry)
            value = fields(one(pair, 2, b""))
            attributes[text(pair, 1)] = shape(one(value, 7)) if 7 in value else one(value, 6)
        nodes.append(
            {
                "name": text(node, 1),
                "op": text(node, 2),
                "inputs": [name.decode("utf-8") for name in node.get(3, [])],
                "attributes": attributes,
            }
        )
    return nodes


def event(data):
    message = fields(data)
    result = {"time": struct.unpack("<d", one(message, 1))[0], "step": signed(one(message, 2, 0))}
    if 3 in message:
        result["version"] = text(message, 3)
    if 4 in message:
        result["graph"] = graph(one(message, 4))
    if 5 in message:
        result["summary"] = summary(one(message, 5))
    if 7 in message:
        result["session"] = one(fields(one(message, 7)), 1, 0)
    return result


def main(paths):
    for path in paths:
        with open(path, "rb") as file:
            data = file.read()
        try:
            print(json.dumps([event(body) for body in records(data)]))
        except (ValueError, IndexError, struct.error) as error:
            sys.exit("%s: %s" % (path, error))


if __name__ == "__main__":
    main(sys.argv[1:])
