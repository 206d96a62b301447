# frozen_string_literal: true

# get.rb [--ca FILE] URL...: prints what HTTPS servers answer. The requests run at the same time.

require "async"
require "inkotls/http"

settings = ARGV.first == "--ca" ? { ca_file: ARGV.shift(2).last } : {}
context = Inkotls::ClientContext.new(alpn: ["http/1.1"], **settings)

Async do
  answers = ARGV.map do |url|
    Async do
      uri = URI(url)
      Inkotls::HTTP.open(uri, tls_context: context) { |http| http.get(uri.request_uri).body }
    end
  end
  answers.each { |answer| puts answer.wait }
end
