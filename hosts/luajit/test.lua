-- test.lua LIBRARY PKI: what the scenarios do not show.

package.path = arg[0]:match("^(.*)/[^/]*$") .. "/?.lua;" .. package.path

local cqueues = require("cqueues")
local testing = require("testing")
local tls = require("inkotls")

local equal, identity, trusting, pair, task = testing.equal, testing.identity, testing.trusting, testing.pair, testing.task
local tests = {}

function tests.bad_settings_return_an_error_with_the_reason()
  local calls = {
    {tls.client, {ca_file = "/nowhere.pem"}, "io_error"},
    {tls.client, {ca = "no PEM"}, "invalid_certificate"},
    {tls.client, {alpn = {""}}, "invalid_argument"},
    {tls.client, {versions = {0x0301}}, "unsupported"},
    {tls.server, {cert_file = testing.file("ecdsa"), key_file = arg[2] .. "/rsa.key"}, "key_mismatch"},
  }
  for _, it in ipairs(calls) do
    local config, err = it[1](it[2])
    equal(config, nil)
    equal(err.status, it[3])
    assert(#tostring(err) > 10)
  end
end

function tests.a_bad_server_name_is_refused()
  local conn, err = assert(tls.client(trusting())):connect(testing.dial(select(2, testing.listener())), "not a name")
  equal(conn, nil)
  equal(err.status, "invalid_name")
end

function tests.a_time_limit_ends_a_handshake()
  local listening, port = testing.listener()
  local conn = assert(assert(tls.client(trusting())):connect(testing.dial(port), "localhost"))
  conn:settimeout(0)
  local ok, err = conn:handshake()
  equal(ok, nil)
  equal(err.status, "timeout")
  conn:close()
  listening:close()
end

function tests.a_writer_and_a_reader_share_a_connection()
  local server, client = assert(tls.server(identity("ecdsa"))), assert(tls.client(trusting()))
  local data = ("0123456789"):rep(100000)
  local function both(conn)
    local writing = task(function()
      assert(conn:write(data))
      assert(conn:shutdown())
    end)
    local parts = {}
    for part in function() return conn:read(1000) end do parts[#parts + 1] = part end
    writing()
    return table.concat(parts)
  end
  local served, used = pair(server, client, both, both)
  assert(served[1] == data and used[1] == data)
end

function tests.a_config_outlives_its_variable()
  local served = pair(assert(tls.server(identity("ecdsa"))), assert(tls.client(trusting())), function(conn)
    collectgarbage()
    return (testing.answer(conn))
  end, testing.ask)
  equal(served[1], "TLS 1.3")
end

local count, failures = 0, {}
for name, test in pairs(tests) do
  local failed = testing.run(test)
  count = count + 1
  if failed then failures[#failures + 1] = ("%s: %s"):format(name, tostring(failed)) end
  collectgarbage()
end
print(("%d passed"):format(count - #failures))
for _, failed in ipairs(failures) do print("FAILED " .. failed) end
os.exit(#failures == 0 and 0 or 1)
