# frozen_string_literal: true

require_relative "testing"
require "inkotls/http"
require "webrick"

# Net::HTTP on one side, WEBrick on the other, both over this library.
class TestHTTP < Minitest::Test
  include Testing

  def setup
    started = Thread::Queue.new
    @web = WEBrick::HTTPServer.new(DoNotListen: true, Logger: WEBrick::Log.new(File::NULL), AccessLog: [],
                                   StartCallback: -> { started << true })
    @web.mount_proc("/size") { |request, response| response.body = "x" * request.query["n"].to_i }
    @web.mount_proc("/echo") { |request, response| response.body = request.body }
    @web.mount_proc("/chunks") do |_, response|
      response.chunked = true
      response.body = ->(out) { 3.times { |i| out.write("part #{i};") } }
    end
    @listener, @served = TCPServer.new("127.0.0.1", 0), server(alpn: ["http/1.1"])
    @tunnels = []
    @running = Thread.new { @web.start }
    started.pop
    @serving = Thread.new { loop { serve(@listener.accept) } }
    @context = client(alpn: ["http/1.1"])
  end

  def serve(accepted)
    Thread.new do
      if accepted.recv(7, Socket::MSG_PEEK) == "CONNECT"
        @tunnels << accepted.gets("\r\n\r\n")
        accepted.write("HTTP/1.1 200 Connected\r\n\r\n")
      end
      with(@served.wrap(accepted)) { |socket| @web.run(socket) }
    rescue Inkotls::Error
      nil # the client has refused
    end
  end

  def teardown
    @web.shutdown
    @running.join
    @serving.kill
    @listener.close
  end

  def uri(path = "/") = URI("https://localhost:#{@listener.local_address.ip_port}#{path}")

  def open(path = "/", &block) = Inkotls::HTTP.open(uri(path), tls_context: @context, &block)

  def test_requests_on_one_connection
    open do |http|
      assert_equal 3_000_000, http.get("/size?n=3000000").body.size
      assert_equal "part 0;part 1;part 2;", http.get("/chunks").body
      data = Random.bytes(2_000_000)
      assert_equal data, http.post("/echo", data, "Content-Type" => "application/octet-stream").body
      assert_equal ["CN=inkotls example ecdsa", "http/1.1"], [http.peer_cert.subject, http.instance_variable_get(:@socket).io.alpn_protocol]
    end
  end

  def test_sessions_are_resumed
    resumed = Array.new(2) do
      open do |http|
        http.get("/size?n=1")
        http.instance_variable_get(:@socket).io.session_reused?
      end
    end
    assert_equal [false, true], resumed
  end

  def test_requests_in_fibers
    sizes = Async do
      Array.new(20) { |i| Async { open { |http| http.get("/size?n=#{i}").body.size } } }.map(&:wait)
    end.wait
    assert_equal (0...20).to_a, sizes
  end

  def test_a_proxy
    http = Inkotls::HTTP.new("localhost", uri.port, "127.0.0.1", uri.port, "user", "secret")
    http.use_ssl, http.tls_context = true, @context
    assert_equal 5, http.start { http.get("/size?n=5").body.size }
    assert_match(/\ACONNECT localhost:#{uri.port} .*\nProxy-Authorization: Basic dXNlcjpzZWNyZXQ=\r\n/m, @tunnels.first)
  end

  def test_refused_certificates_and_settings
    @context = Inkotls::ClientContext.new(ca_file: pki("stranger-ca.pem"))
    assert_equal :unknown_issuer, assert_raises(Inkotls::Error) { open { nil } }.certificate_error
    http = Inkotls::HTTP.new("localhost", uri.port)
    http.use_ssl, http.ca_file = true, pki("ca.pem")
    assert_match(/tls_context/, assert_raises(ArgumentError) { http.start }.message)
  end

  def test_time_limits
    listen do |silent, port|
      http = Inkotls::HTTP.new("localhost", port)
      http.use_ssl, http.open_timeout = true, 0.01
      assert_raises(Net::OpenTimeout) { http.start }
      silent.accept.close
    end
    open do |http|
      http.read_timeout, http.max_retries = 0.01, 0
      @web.mount_proc("/wait") { |_, response| response.body = Thread::Queue.new.tap { |it| @gate = it }.pop.to_s }
      assert_raises(Net::ReadTimeout) { http.get("/wait") }
      @gate << "done"
    end
  end
end
