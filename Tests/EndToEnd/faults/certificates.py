"""Certificates as the scenarios need them, made by the openssl command."""
import pathlib
import subprocess


def openssl(*arguments):
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return done.stdout


class Authority:
    """A root, and certificates that it issues, in a folder."""

    def __init__(self, folder, name="root"):
        self.folder, self.root, self.key = pathlib.Path(folder), pathlib.Path(folder) / f"{name}.pem", pathlib.Path(folder) / f"{name}.key"
        openssl(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30", "-subj", f"/CN={name}",
            "-keyout", self.key, "-out", self.root, "-addext", "basicConstraints=critical,CA:TRUE",
            "-addext", "keyUsage=critical,keyCertSign,cRLSign")

    def issue(self, name, uri=None, dns=None, san=None, dates=None):
        """A certificate and its key. `san` is an extension as openssl takes it; `dates` are two of `YYMMDDHHMMSSZ`."""
        chain, key, request = (self.folder / f"{name}.{end}" for end in ("pem", "key", "csr"))
        names = [f"URI:{uri}"] * bool(uri) + [f"DNS:{dns}"] * bool(dns)
        extensions = self.folder / f"{name}.ext"
        extensions.write_text(
            "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n"
            f"subjectAltName={san or ','.join(names)}\n")
        openssl(
            "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}", "-keyout", key,
            "-out", request)
        if dates:
            self._issue_between(request, chain, extensions, dates)
        else:
            openssl(
                "x509", "-req", "-in", request, "-CA", self.root, "-CAkey", self.key, "-CAcreateserial", "-days", "10",
                "-extfile", extensions, "-out", chain)
        return chain, key

    def _issue_between(self, request, chain, extensions, dates):
        """Only `openssl ca` takes dates."""
        database = self.folder / "index.txt"
        database.write_text("")
        config = self.folder / "ca.cnf"
        config.write_text(
            f"[ca]\ndefault_ca=a\n[a]\ndatabase={database}\nnew_certs_dir={self.folder}\nrand_serial=yes\ndefault_md=sha256\n"
            "policy=p\n[p]\ncommonName=supplied\n")
        openssl(
            "ca", "-batch", "-notext", "-config", config, "-cert", self.root, "-keyfile", self.key, "-in", request, "-out", chain,
            "-extfile", extensions, "-startdate", dates[0], "-enddate", dates[1])


def nul_name(uri):
    """A subject alternative name with a NUL in its identity, in DER."""
    value = uri.encode()
    return "DER:" + (bytes([0x30, len(value) + 2, 0x86, len(value)]) + value).hex(":")


def listener_tls(authority, name, clients="anonymous", names="*"):
    place = authority.folder
    return "\n".join([
        "    tls:", f"      clients: {clients}", "      certificates:", f"        - names: [{', '.join(chr(34) + n + chr(34) for n in names.split())}]",
        f"          chain: {place / (name + '.pem')}", f"          key: {place / (name + '.key')}", "          fallback: true"])
