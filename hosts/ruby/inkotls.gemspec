# frozen_string_literal: true

require_relative "lib/inkotls/version"

Gem::Specification.new do |gem|
  gem.name = "inkotls"
  gem.version = Inkotls::VERSION
  gem.summary = "TLS sockets for fibers, threads and Net::HTTP, on the library inkotls"
  gem.authors = ["The inkotls authors"]
  gem.licenses = ["MIT", "Apache-2.0"]
  gem.required_ruby_version = ">= 3.1"
  gem.files = Dir.chdir(__dir__) { Dir["lib/**/*.rb", "README.md"] }
end
