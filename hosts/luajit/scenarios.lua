-- scenarios.lua LIBRARY PKI: the scenarios of hosts/scenarios.md.

package.path = arg[0]:match("^(.*)/[^/]*$") .. "/?.lua;" .. package.path

local condition = require("cqueues.condition")
local cqueues = require("cqueues")
local ffi = require("ffi")
local testing = require("testing")
local tls = require("inkotls")

local file, identity, trusting, equal, task = testing.file, testing.identity, testing.trusting, testing.equal, testing.task
local listener, dial, accept, pair = testing.listener, testing.dial, testing.accept, testing.pair
local answer, ask, refused = testing.answer, testing.ask, testing.refused
local pki = arg[2]

ffi.cdef[[
int pipe(int fds[2]);
ssize_t write(int fd, const void *buf, size_t count);
int close(int fd);
]]

local scenarios = {}

local function scenario(name, f) scenarios[#scenarios + 1] = {name, f} end

scenario("connect", function()
  local served, used = pair(assert(tls.server(identity("ecdsa"))), assert(tls.client(trusting())), answer, ask)
  equal(served[1], "TLS 1.3")
  equal(used[1], "TLS 1.3")
end)

scenario("verify", function()
  local openssl = assert(io.popen(("timeout 20 openssl s_server -accept 127.0.0.1:0 -naccept 1 -rev -cert %s -key %s/chained.key "
    .. "-cert_chain %s 2> /dev/null"):format(file("chained"), pki, file("chained"))))
  local port
  for line in openssl:lines() do
    port = line:match("^ACCEPT .*:(%d+)")
    if port then break end
  end
  local conn = assert(assert(tls.client(trusting())):connect(dial(port), "localhost"))
  assert(conn:write("ping\n"))
  equal(assert(conn:read()), "gnip\n")
  equal(tls.subject(conn:peer_certificate()), "CN=inkotls example chained")
  conn:close()
  openssl:close()

  local listening
  listening, port = listener()
  local server = task(function()
    local served = assert(assert(tls.server(identity("ecdsa"))):accept(accept(listening)))
    local said = assert(served:read())
    assert(served:write("pong\n"))
    served:shutdown()
    served:read()
    served:close()
    return said
  end)
  local client = assert(io.popen(("echo ping | timeout 20 openssl s_client -quiet -no_ign_eof -verify_return_error -CAfile %s "
    .. "-connect 127.0.0.1:%d > /dev/null 2>&1; echo $?"):format(file("ca"), port)))
  equal(server(), "ping\n")
  equal(client:read("*a"), "0\n")
end)

scenario("refuse", function()
  local cases = {
    expired = {"expired", "certificate_expired"}, other = {"wrong_name", "bad_certificate"},
    stranger = {"unknown_issuer", "unknown_ca"}, revoked = {"revoked", "certificate_revoked"},
  }
  for name, expected in pairs(cases) do
    local config = assert(tls.client(trusting{crl_file = name == "revoked" and pki .. "/ca.crl.pem" or nil}))
    local used, served = refused(assert(tls.server(identity(name))), config)
    equal(used.status, "invalid_peer_certificate")
    equal(used.certificate_error, expected[1])
    equal(used.alert_sent, expected[2])
    assert(#used.message > 20, used.message)
    equal(served.status, "alert_received")
    equal(served.alert_received, expected[2])
  end
end)

scenario("alpn", function()
  local server = assert(tls.server(identity("ecdsa", {alpn = {"http/1.1"}})))
  local served, used = pair(server, assert(tls.client(trusting{alpn = {"h2", "http/1.1"}})), answer, ask)
  equal(served[3], "http/1.1")
  equal(used[3], "http/1.1")
  local err = refused(server, assert(tls.client(trusting{alpn = {"h2"}})))
  equal(err.alert_received, "no_application_protocol")
end)

scenario("sni", function()
  local server = assert(tls.server{names = {localhost = identity("ecdsa"), ["other.test"] = identity("other")}})
  local client = assert(tls.client(trusting()))
  for name, subject in pairs{localhost = "ecdsa", ["other.test"] = "other"} do
    local served, used = pair(server, client, answer, ask, name)
    equal(served[4], name)
    equal(used[4], "CN=inkotls example " .. subject)
  end
  equal(refused(server, client, "unknown.test").alert_received, "unrecognized_name")
end)

scenario("client-certificate", function()
  local server = assert(tls.server(identity("ecdsa", trusting{client_auth = "required"})))
  local served = pair(server, assert(tls.client(trusting(identity("client")))), answer, ask)
  equal(served[5], "CN=inkotls example client")
  equal(refused(server, assert(tls.client(trusting()))).alert_received, "certificate_required")
  equal(refused(server, assert(tls.client(trusting(identity("stranger-client"))))).alert_received, "certificate_required")
end)

scenario("resumption", function()
  local server, client = assert(tls.server(identity("ecdsa"))), assert(tls.client(trusting()))
  for _, resumed in ipairs{false, true} do
    local served, used = pair(server, client, answer, ask)
    equal(served[2], resumed)
    equal(used[2], resumed)
  end
end)

scenario("early-data", function()
  local server = assert(tls.server(identity("ecdsa", {max_early_data = 1000})))
  local client = assert(tls.client(trusting{early_data = true}))
  pair(server, client, answer, ask)
  local served, used = pair(server, client, function(conn)
    local early = assert(conn:read_early_data())
    assert(conn:handshake())
    answer(conn)
    return early
  end, function(conn)
    equal(conn:write_early_data("early"), 5)
    ask(conn)
    return conn:is_early_data_accepted()
  end)
  equal(served[1], "early")
  equal(used[1], true)
end)

-- How many sockets the process has. A loop of cqueues opens other descriptors when it needs them.
local function sockets()
  local found = assert(io.popen("ls -l /proc/$PPID/fd | grep -c socket:"))
  local count = found:read("*n")
  found:close()
  return count
end

scenario("concurrent", function()
  local before = sockets()
  local server, client = assert(tls.server(identity("ecdsa"))), assert(tls.client(trusting()))
  local listening, port = listener()
  local all, open, gate, count = {}, 0, condition.new(), 1000
  local acceptor = task(function()
    local tasks = {}
    for i = 1, count do
      local accepted = accept(listening)
      tasks[i] = task(function()
        local conn = assert(server:accept(accepted))
        local data = assert(conn:read())
        assert(conn:write(data))
        conn:read()
        conn:close()
      end)
    end
    for _, ended in ipairs(tasks) do ended() end
  end)
  for i = 1, count do
    all[i] = task(function()
      local conn = assert(client:connect(dial(port), "localhost"))
      assert(conn:handshake())
      open = open + 1
      if open == count then gate:signal() end
      while open < count do gate:wait() end
      assert(conn:write(tostring(i)))
      equal(assert(conn:read()), tostring(i))
      conn:close()
    end)
  end
  for _, ended in ipairs(all) do ended() end
  acceptor()
  listening:close()
  equal(sockets(), before)
end)

scenario("slow-verifier", function()
  local fds = ffi.new("int[2]")
  assert(ffi.C.pipe(fds) == 0)
  local pool = tls.pool(([[
    local tls, ffi = ...
    ffi.cdef"ssize_t read(int fd, void *buf, size_t count);"
    local byte = ffi.new("char[1]")
    return ffi.cast("inkotls_verify_callback", function(_, _, verification)
      ffi.C.read(%d, byte, 1)
      return tls.library.inkotls_verification_verify(verification)
    end)
  ]]):format(fds[0]))
  local server, quick = assert(tls.server(identity("ecdsa"))), assert(tls.client(trusting()))
  local slow = assert(tls.client(trusting{pool = pool}))
  local verified, all = 0, {}
  for i = 1, 8 do
    all[i] = task(function()
      pair(server, slow, answer, function(conn)
        assert(conn:handshake())
        verified = verified + 1
        ask(conn)
      end)
    end)
  end
  pair(server, quick, function(conn)
    for _ = 1, 100 do assert(conn:write(assert(conn:read()))) end
    conn:read()
  end, function(conn)
    for i = 1, 100 do
      assert(conn:write(tostring(i)))
      equal(assert(conn:read()), tostring(i))
    end
  end)
  equal(verified, 0)
  equal(tonumber(ffi.C.write(fds[1], "12345678", 8)), 8)
  for _, ended in ipairs(all) do ended() end
  equal(verified, 8)
  ffi.C.close(fds[0])
  ffi.C.close(fds[1])
end)

scenario("cut-and-close", function()
  local server, client = assert(tls.server(identity("ecdsa"))), assert(tls.client(trusting()))
  local function read(conn)
    assert(conn:handshake())
    return conn:read()
  end
  local _, used = pair(server, client, function(conn)
    assert(conn:handshake())
    conn.socket:shutdown("w")
  end, read)
  equal(used[1], nil)
  equal(used[2].status, "unexpected_eof")
  _, used = pair(server, client, function(conn)
    assert(conn:handshake())
    conn:shutdown()
  end, read)
  equal(used[1], nil)
  equal(used[2], nil)
end)

scenario("bulk", function()
  local total, block = 160 * 1000 * 1000, 64 * 1000
  local function hash() return io.popen("sha256sum", "w"), os.tmpname() end
  local function digest(name)
    local out = assert(io.open(name)):read("*l")
    os.remove(name)
    return out
  end
  local function sums()
    local name = os.tmpname()
    return assert(io.popen("sha256sum > " .. name, "w")), name
  end
  local function send(conn, seed)
    local to, name = sums()
    for i = 1, total / block do
      local data = (seed .. ("%08d"):format(i)):rep(block / 10):sub(1, block)
      to:write(data)
      assert(conn:write(data))
    end
    assert(conn:shutdown())
    to:close()
    return digest(name)
  end
  local function receive(conn)
    local to, name, received = sums()
    received = 0
    for data in function() return conn:read() end do
      to:write(data)
      received = received + #data
    end
    to:close()
    equal(received, total)
    return digest(name)
  end
  local function both(seed)
    return function(conn)
      assert(conn:handshake())
      local receiving = task(receive, conn)
      local sent = send(conn, seed)
      return sent, receiving()
    end
  end
  local served, used = pair(assert(tls.server(identity("ecdsa"))), assert(tls.client(trusting())), both("s-"), both("c-"))
  equal(served[1], used[2])
  equal(used[1], served[2])
end)

scenario("cancel", function()
  local server, client = assert(tls.server(identity("ecdsa"))), assert(tls.client(trusting()))
  local listening, port = listener()
  local before = sockets()
  local conn, waits = nil, condition.new()
  local serving = task(function()
    conn = assert(server:accept(accept(listening)))
    waits:signal()
    return conn:handshake()
  end)
  local half = dial(port)
  half:write("\22\3\1\2\0\1\0\1\252")
  while not conn do waits:wait() end
  cqueues.sleep(0) -- the server's task reads
  conn:close()
  local ok, err = serving()
  equal(ok, nil)
  equal(err.status, "closed_here")
  half:close()

  local connected = assert(client:connect(dial(port), "localhost"))
  local silent = accept(listening)
  local connecting = task(connected.handshake, connected)
  cqueues.sleep(0)
  connected:close()
  ok, err = connecting()
  equal(ok, nil)
  equal(err.status, "closed_here")
  silent:close()
  equal(sockets(), before)
  listening:close()
  pair(server, client, answer, ask)
end)

scenario("use-after-close", function()
  local server, client = assert(tls.server(identity("ecdsa"))), assert(tls.client(trusting()))
  pair(server, client, function(conn)
    assert(conn:handshake())
    conn:read()
  end, function(conn)
    assert(conn:handshake())
    local reading = task(conn.read, conn)
    cqueues.sleep(0)
    conn:close()
    local ok, err = reading()
    equal(ok, nil)
    equal(err.status, "closed_here")
    for _, call in ipairs{"read", "handshake", "shutdown"} do
      ok, err = conn[call](conn)
      equal(ok, nil)
      equal(err.status, "closed_here")
    end
    ok, err = conn:write("x")
    equal(err.status, "closed_here")
    equal(conn:close(), true)
  end)
end)

local passed = true
for _, it in ipairs(scenarios) do
  local failed = testing.run(it[2])
  passed = passed and not failed
  print(failed and ("not ok %s: %s"):format(it[1], tostring(failed):gsub("\n", " | ")) or "ok " .. it[1])
  io.stdout:flush()
  collectgarbage()
end
os.exit(passed and 0 or 1)
