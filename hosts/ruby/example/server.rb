# frozen_string_literal: true

# server.rb CERTIFICATE KEY [PORT]: an HTTPS server, with a fiber for each connection. Prints its port.

require "async"
require "inkotls"

identity = Inkotls::Identity.new(cert_file: ARGV[0], key_file: ARGV[1])
context = Inkotls::ServerContext.new(identity: identity, alpn: ["http/1.1"])

def serve(socket)
  socket.timeout = 10
  while (request = socket.gets("\r\n\r\n"))
    path = request.split[1]
    body = "#{path} over #{socket.version}, #{socket.cipher_suite}\n"
    socket.write("HTTP/1.1 200 OK\r\nContent-Length: #{body.bytesize}\r\n\r\n#{body}")
  end
end

Async do
  listener = TCPServer.new("127.0.0.1", ARGV[2].to_i)
  puts listener.local_address.ip_port
  $stdout.flush
  loop do
    socket = context.wrap(listener.accept)
    Async do
      serve(socket)
    rescue Inkotls::Error, Inkotls::TimeoutError, SystemCallError => e
      warn e.message
    ensure
      socket.close
    end
  end
end
