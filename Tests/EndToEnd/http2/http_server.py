# HTTP/1 upstream for the tests
import http.server, socketserver, sys, time
class H(http.server.BaseHTTPRequestHandler):
    protocol_version="HTTP/1.1"
    def log_message(self,*a): pass
    def body(self):
        if self.headers.get('transfer-encoding','')=='chunked':
            out=b''
            while True:
                n=int(self.rfile.readline().strip(),16)
                if n==0:
                    while line:=self.rfile.readline().strip():
                        name,_,value=line.decode().partition(': '); self.trailers.append(name.lower()+'='+value)
                    return out
                out+=self.rfile.read(n); self.rfile.readline()
        n=int(self.headers.get('content-length',0)); return self.rfile.read(n)
    def do(self):
        self.trailers=[]
        b=self.body()
        if self.path=='/echo-trailers':
            out=' '.join(self.trailers).encode()
            self.send_response(200); self.send_header('Content-Length',str(len(out))); self.end_headers(); self.wfile.write(out)
            return
        if self.path=='/trailers':
            self.send_response(200); self.send_header('Transfer-Encoding','chunked'); self.end_headers()
            self.wfile.write(b"4\r\nbody\r\n0\r\nX-Check: 9\r\nSet-Cookie: a=b\r\n\r\n"); return
        if self.path.startswith('/fields'):
            # As many as a head may have, and none of them a date.
            self.send_response_only(200); self.send_header('Content-Length','0')
            for i in range(int(self.path.split('/')[-1])-1): self.send_header('X-%d'%i,'1')
            self.end_headers(); return
        if self.path.startswith('/big'):
            n=int(self.path.split('/')[-1])
            self.send_response(200); self.send_header('Content-Length',str(n)); self.end_headers()
            blk=b'x'*65536
            while n>0:
                k=min(n,65536); self.wfile.write(blk[:k]); n-=k
            return
        if self.path.startswith('/chunked'):
            self.send_response(200); self.send_header('Transfer-Encoding','chunked'); self.end_headers()
            for i in range(5):
                self.wfile.write(b"6\r\nhello%d\r\n"%i); self.wfile.flush(); time.sleep(0.05)
            self.wfile.write(b"0\r\n\r\n"); return
        out=("%s %s\n%s\nbody=%d\n"%(self.command,self.path,''.join('%s: %s\n'%kv for kv in self.headers.items()),len(b))).encode()
        self.send_response(200); self.send_header('X-Mixed-Case','Yes'); self.send_header('Content-Length',str(len(out))); self.end_headers()
        if self.command!='HEAD': self.wfile.write(out)
    do_GET=do_POST=do_HEAD=do_PUT=do
class S(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads=True; request_queue_size=1024
S(('127.0.0.1',int(sys.argv[1])),H).serve_forever()
