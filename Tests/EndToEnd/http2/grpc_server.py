import grpc, sys, time
from concurrent import futures
class H(grpc.GenericRpcHandler):
    def service(self, d):
        m=d.method
        if m=='/t.T/Unary':
            def f(r,c):
                c.set_trailing_metadata((('x-trail','t1'),)); c.send_initial_metadata((('x-init','i1'),))
                return b'echo:'+r
            return grpc.unary_unary_rpc_method_handler(f)
        if m=='/t.T/Meta':
            return grpc.unary_unary_rpc_method_handler(lambda r,c: repr(sorted(c.invocation_metadata())).encode()+b' left=%d'%(c.time_remaining() or -1))
        if m=='/t.T/Fail':
            def f(r,c): c.abort(grpc.StatusCode.NOT_FOUND,'nothing here')
            return grpc.unary_unary_rpc_method_handler(f)
        if m=='/t.T/Slow':
            def f(r,c): time.sleep(3); return b'late'
            return grpc.unary_unary_rpc_method_handler(f)
        if m=='/t.T/ServerStream':
            def f(r,c):
                for i in range(20): yield b'm%d'%i
            return grpc.unary_stream_rpc_method_handler(f)
        if m=='/t.T/ClientStream':
            return grpc.stream_unary_rpc_method_handler(lambda it,c: b'%d'%sum(len(x) for x in it))
        if m=='/t.T/Bidi':
            def f(it,c):
                for x in it: yield b'r'+x
            return grpc.stream_stream_rpc_method_handler(f)
        if m=='/t.T/Timed':
            def f(it,c):
                for x in it:
                    yield x
                    if x==b'silence': time.sleep(6)
            return grpc.stream_stream_rpc_method_handler(f)
        if m=='/t.T/Forever':
            def f(r,c):
                c.add_callback(lambda: print('cancelled',flush=True))
                while c.is_active(): yield b'x'; time.sleep(0.05)
            return grpc.unary_stream_rpc_method_handler(f)
s=grpc.server(futures.ThreadPoolExecutor(32)); s.add_generic_rpc_handlers((H(),)); s.add_insecure_port('127.0.0.1:%s'%sys.argv[1]); s.start(); s.wait_for_termination()
