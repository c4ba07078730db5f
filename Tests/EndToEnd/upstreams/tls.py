"""A certificate authority of the mesh, made with openssl."""
import os
import ssl
import subprocess


class TLS:
    def __init__(self, folder):
        self.folder = folder
        os.makedirs(folder, exist_ok=True)
        self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                     "-subj", "/CN=root", "-keyout", "root.key", "-out", "root.pem",
                     "-addext", "keyUsage=critical,keyCertSign,cRLSign")
        self.issue("edge", "URI:spiffe://m.example/gw")
        self.issue("api", "URI:spiffe://m.example/ns/p/sa/api")
        path = lambda name: os.path.join(self.folder, name)
        self.config = (f"trust_domains:\n  m.example:\n    roots: {path('root.pem')}\n"
                       f"upstream_certificate:\n  chain: {path('edge.pem')}\n  key: {path('edge.key')}\n")

    def openssl(self, *words):
        subprocess.run(["openssl", *words], cwd=self.folder, check=True, capture_output=True)

    def issue(self, name, names):
        self.openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}",
                     "-keyout", f"{name}.key", "-out", f"{name}.csr")
        with open(os.path.join(self.folder, f"{name}.ext"), "w") as file:
            file.write(f"subjectAltName={names}\nbasicConstraints=critical,CA:false\n"
                       "keyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth,clientAuth\n")
        self.openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "root.pem", "-CAkey", "root.key", "-days", "1",
                     "-CAcreateserial", "-extfile", f"{name}.ext", "-out", f"{name}.pem")

    def server(self, *protocols):
        """What an upstream of the mesh takes: certificates of the authority, and HTTP/2 unless said otherwise."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(os.path.join(self.folder, "api.pem"), os.path.join(self.folder, "api.key"))
        context.load_verify_locations(os.path.join(self.folder, "root.pem"))
        context.verify_mode = ssl.CERT_REQUIRED
        context.set_alpn_protocols(list(protocols) or ["h2"])
        return context

    def public(self, certificate, protocol):
        """What a server outside of the mesh takes: anybody. A certificate that it is shown is kept; names that it is asked for are, too."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(os.path.join(self.folder, f"{certificate}.pem"), os.path.join(self.folder, f"{certificate}.key"))
        context.load_verify_locations(os.path.join(self.folder, "root.pem"))
        context.verify_mode = ssl.CERT_OPTIONAL
        context.set_alpn_protocols([protocol])
        context.asked = []
        context.sni_callback = lambda _, name, __: context.asked.append(name)
        return context
