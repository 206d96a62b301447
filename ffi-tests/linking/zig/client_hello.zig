//! Prints how long a ClientHello is.

const std = @import("std");
const tls = @import("inkotls");

fn done(status: tls.inkotls_status) !void {
    if (status != tls.INKOTLS_STATUS_OK) return error.Failed;
}

pub fn main() !void {
    const builder = tls.inkotls_client_builder_new();
    var config: ?*const tls.inkotls_client_config = null;
    try done(tls.inkotls_client_builder_build(builder, &config));
    defer tls.inkotls_client_config_release(config);
    var conn: ?*tls.inkotls_conn = null;
    try done(tls.inkotls_conn_new_client(config, "localhost", 9, &conn));
    defer tls.inkotls_conn_free(conn);
    if (tls.inkotls_conn_handshake(conn) != tls.INKOTLS_STATUS_WANT_WRITE) return error.Failed;
    var buf: [4096]u8 = undefined;
    var len: usize = 0;
    try done(tls.inkotls_conn_drain(conn, &buf, buf.len, &len));
    std.debug.print("a ClientHello of {d} bytes\n", .{len});
}
