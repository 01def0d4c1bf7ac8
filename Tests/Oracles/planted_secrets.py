"""Writes files with secrets, and with what only looks like one, into argv[1].

Prints for each its name, the line that a secret begins in, and `certain`, `likely` or `none`, with tabs between. Keys are
OpenSSL's, checksums zlib's, so the judgments are those of others.
"""
import base64
import hashlib
import json
import random
import struct
import subprocess
import sys
import zlib

folder = sys.argv[1]
random.seed(17)
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def write(name, content, line, judgment):
    data = content if isinstance(content, bytes) else content.encode()
    with open(f"{folder}/{name}", "wb") as file:
        file.write(data)
    print(f"{name}\t{line}\t{judgment}")


def openssl(*arguments, input=b""):
    return subprocess.run(
        ["openssl", *arguments], input=input, check=True, capture_output=True).stdout.decode()


def letters(count):
    return "".join(random.choice(DIGITS) for _ in range(count))


def base62(number, count):
    text = ""
    for _ in range(count):
        text = DIGITS[number % 62] + text
        number //= 62
    return text


def checked(prefix):
    body = letters(30)
    return prefix + body + base62(zlib.crc32(body.encode()), 6)


def ours():
    body = "mlm_" + "".join(random.choice("0123456789abcdef") for _ in range(64))
    return body + hashlib.sha256(body.encode()).hexdigest()[:8]


def bech32(prefix, data):
    alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
    values = [data[i] for i in range(len(data))]

    def polymod(all_values):
        check = 1
        for value in all_values:
            top = check >> 25
            check = (check & 0x1FFFFFF) << 5 ^ value
            for i, generator in enumerate([0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3]):
                check ^= generator if top >> i & 1 else 0
        return check

    expanded = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]
    rest = polymod(expanded + values + [0] * 6) ^ 1
    values += [rest >> 5 * (5 - i) & 31 for i in range(6)]
    return prefix + "1" + "".join(alphabet[v] for v in values)


rsa = openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048")
ec = openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout")
ed = openssl("genpkey", "-algorithm", "ED25519")
locked = openssl("pkcs8", "-topk8", "-passout", "pass:x", input=rsa.encode())
old = openssl("rsa", "-traditional", input=rsa.encode())
old_locked = openssl("rsa", "-traditional", "-aes128", "-passout", "pass:x", input=rsa.encode())
public = openssl("pkey", "-pubout", input=rsa.encode())
request = openssl("req", "-x509", "-key", "/dev/stdin", "-subj", "/CN=x", input=rsa.encode())
for name, key in [("rsa", rsa), ("ec", ec), ("ed", ed), ("locked", locked), ("old", old), ("old-locked", old_locked)]:
    write(f"{name}.txt", key, 1, "certain")
write("below.py", f"import os\n\nKEY = '''{ec}'''\n", 3, "certain")
write("account.json", json.dumps({"type": "service_account", "private_key": rsa}), 1, "certain")
write("strings.c", "char *k =\n" + "\n".join(f'  "{l}\\n"' for l in ed.strip().split("\n")) + ";\n", 2, "certain")
write("crlf.txt", ed.replace("\n", "\r\n"), 1, "certain")
write("one-line.env", "KEY=" + ed.strip().replace("\n", "\\n"), 1, "certain")
write("wide.ps1", ("$k = @'\r\n" + ed).encode("utf-16"), 2, "certain")
write("wide-unmarked.ps1", ("k = x\r\n" + ed).encode("utf-16-le"), 2, "certain")
for name, mark in [("plus", "+"), ("minus", "-"), ("list", "- "), ("comment", "// "), ("hash", "# "), ("quote", "> ")]:
    write(f"marked-{name}", "".join(f"{mark}{line}\n" for line in rsa.strip().split("\n")), 1, "certain")
for name, escaped in [("u", "\\u000a"), ("x", "\\x0a"), ("url", "%0A"), ("html", "&#10;"), ("br", "<br>"), ("twice", "\\\\n")]:
    write(f"escaped-{name}", "K=" + rsa.strip().replace("\n", escaped), 1, "certain")
write("dotnet.json", '{\\u0022key\\u0022:\\u0022' + ed.strip().replace("\n", "\\\\n") + '\\u0022}', 1, "certain")
for number, text in enumerate([
    "Never paste a `-----BEGIN PGP PRIVATE KEY BLOCK-----` into the chat; the agent refuses such files.",
    'if text.startswith("-----BEGIN PGP PRIVATE KEY BLOCK-----"):\n        return "an OpenPGP key of somebody"',
    "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nyour private key goes here\n-----END PGP PRIVATE KEY BLOCK-----\n",
    "MARKS = ['-----BEGIN RSA PRIVATE KEY-----', '-----BEGIN OPENSSH PRIVATE KEY-----', 'ENCRYPTED']",
]):
    write(f"prose{number}", text, 0, "none")
write("public.txt", public, 0, "none")
write("certificate.txt", request, 0, "none")
write("sample.md", "-----BEGIN RSA PRIVATE KEY-----\n...\n-----END RSA PRIVATE KEY-----\n", 0, "none")
write("sample2.md", "-----BEGIN PRIVATE KEY-----\nYOUR_KEY_HERE_YOUR_KEY_HERE\n-----END PRIVATE KEY-----\n", 0, "none")
write("cut.md", "\n".join(rsa.split("\n")[:4]) + "\n-----END PRIVATE KEY-----\n", 1, "likely")
body = b"openssh-key-v1\0" + struct.pack(">I", 4) + b"none" + bytes(random.randrange(256) for _ in range(200))
write(
    "openssh", "-----BEGIN OPENSSH PRIVATE KEY-----\n" + base64.encodebytes(body).decode()
    + "-----END OPENSSH PRIVATE KEY-----\n", 1, "certain")
pgp = bytes([0x95]) + bytes(random.randrange(256) for _ in range(300))
write(
    "pgp.asc", "-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: 1\n\n" + base64.encodebytes(pgp).decode()
    + "=abcd\n-----END PGP PRIVATE KEY BLOCK-----\n", 1, "certain")
write("putty.ppk.txt", "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nPrivate-Lines: 1\nAAAA\n", 1, "certain")
write("age.txt", "# key\n" + bech32("age-secret-key-", [random.randrange(32) for _ in range(52)]).upper(), 2, "certain")
write("age-typo.txt", bech32("age-secret-key-", [random.randrange(32) for _ in range(52)]).upper()[:-1] + "Q", 0, "none")

token = ours()
write("ours.txt", f"a\nb\ntoken = '{token}'\n", 3, "certain")
write("ours-inside.txt", "token%3D" + ours() + "_x", 1, "certain")
write("ours-typo.txt", token[:-1] + ("0" if token[-1] != "0" else "1"), 0, "none")
write("binary.bin", bytes(range(256)) * 17_000 + b"\n" + ours().encode() + bytes(range(256)), 17_002, "certain")
for prefix in ["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "npm_"]:
    good = checked(prefix)
    write(f"{prefix}good", f"x: {good}", 1, "certain")
    write(f"{prefix}typo", good[:-1] + ("a" if good[-1] != "a" else "b"), 1, "likely")
    write(f"{prefix}placeholder", prefix + "x" * 36, 0, "none")
    write(f"{prefix}inside", "abc%3D" + good + "_x", 1, "certain")
write("github-docs.md", "ghp_16C7e42F292c6912E7710c838347Ae178B4a", 0, "none")
write("escaped.json", '{"a": "x\\n' + checked("ghp_") + '"}', 1, "certain")
macaroon = base64.urlsafe_b64encode(b"\x02\x01\x08pypi.org" + bytes(random.randrange(256) for _ in range(120)))
write("pypi.txt", "\npypi-" + macaroon.decode().rstrip("="), 2, "certain")
write("aws-docs.md", "aws_access_key_id = AKIAIOSFODNN7EXAMPLE", 0, "none")
write("aws.ini", "aws_access_key_id = AKIA" + "Z3MGU4TQRWB7K2HX", 1, "likely")
write("aws-sentence.md", "The key is AKIA" + "Z3MGU4TQRWB7K2HX.", 1, "likely")
write("slack.txt", "xoxb-123456789012-123456789012-" + letters(24), 1, "likely")
write("stripe.txt", "sk_live_" + letters(24), 1, "likely")
write("jwt.txt", "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJ4eXoiLCJhdWQiOiJxIn0." + letters(43), 1, "likely")
write(
    "jwt-docs.txt", "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2"
    "MjM5MDIyfQ.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c", 0, "none")
write("words.py", "social = cio_description_of_the_current_window\nhf_hub_download_something_or_other = 1\n", 0, "none")
# RFC 9500, 2.1: a key that exists to be told.
write("rfc9500.pem.txt", """-----BEGIN PRIVATE KEY-----
MIICdwIBADANBgkqhkiG9w0BAQEFAASCAmEwggJdAgEAAoGBALDRg1Koj1PVUW9G
wg56Nn196IrPVKAZ9t71erm0TO3bIkKxvKD7G1y4KzA2F2pjkDVk3sbrQdsvj8eH
9OUuEUnjM0dXKXP2YMPHfKngghwraVvnrp19MPQHkRD0iq5vi3AtR0spAIF/KGYk
m+wSorGbgnhBaAj4GuH8+bd3imI/AgMBAAECgYBILp+PpOQt8w11gctCob2Q6U9/
Kzh+y1qulkPtf59QEn8f/vLkPN5ksYJgAhT5B4Ada/pN9khCNF5btDLTREUl2DAW
VMVEKwpeEbnH4gH6MvQauvTwpuA88ODLgmbGKtEdlW1TyUZuSJlf6iYMhTbwQcs1
YvqsURxNZqj+0RGykQJBAOnYbk3DSphafsdab1SnXORROeRSQLOGq3Edt5G82YcY
oTuvIYwkSTZGaAdWy1Cmy+4VjiUhRJkSMBwNQUkRGEUCQQDBkfo7VQs5GnywcoN2
J3KV5hxlTwvvL1jc5clioQt9118GAVRl5VB25GYmPuvK7SDS66s5MT6LxWcyD+iy
3GKzAkEA5zrgN3y4slYprq66D5c+v3WiLSc4W0z7Ees0raNz5aZxKDdQkOcAje6o
xzkH6kREurQNzqFK16GoeNSSjdGdkQJAQZl5FhZyIT4Kt7l3N9mSiZ5cTTEGuF5x
XRs6roQpYtJUT7KvqYCXTlOFEr0MJ89I6nIXquA3dCLIID0n/UWW5QJBALmdf49N
TUVfH7pGLZkKLoSMQowevuAdwAGEyKdlg603n2mtr1R1VDD2PEJT0bt4zJvSMmQ0
AIC4TBqRfeCLbts=
-----END PRIVATE KEY-----
""", 0, "none")
