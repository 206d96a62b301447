import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/**
 * Java's TLS, told what to do on stdin, a line a connection:
 *
 * <pre>
 *     java Peer.java PKI_DIR
 *     client PORT VERSION ALPN,...|-
 *     server VERSION ALPN,...|- open|auth      (says the port first)
 * </pre>
 *
 * It says what the connection came to in a line of its own. Sessions are kept between the lines.
 */
public final class Peer {
    private static final String REQUEST = "GET / HTTP/1.0\r\n\r\n";
    private static final String ANSWER = "HTTP/1.0 200 OK\r\n\r\nhello\n";

    public static void main(String[] arguments) throws Exception {
        Path pki = Path.of(arguments[0]);
        SSLContext clients = context(pki, "client");
        SSLContext servers = context(pki, "ecdsa");
        var lines = new BufferedReader(new InputStreamReader(System.in));
        for (String line; (line = lines.readLine()) != null;) {
            String[] words = line.split(" ");
            try {
                if (words[0].equals("client")) {
                    client(clients, Integer.parseInt(words[1]), words[2], words[3]);
                } else {
                    server(servers, words[1], words[2], words[3].equals("auth"));
                }
            } catch (IOException failure) {
                System.out.println("failed " + failure.getMessage());
            }
        }
    }

    private static void client(SSLContext context, int port, String version, String alpn)
            throws IOException {
        var factory = context.getSocketFactory();
        try (var socket = (SSLSocket) factory.createSocket("localhost", port)) {
            restrict(socket, version, alpn);
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            parameters.setServerNames(List.of(new SNIHostName("localhost")));
            socket.setSSLParameters(parameters);
            send(socket, REQUEST);
            String answer = new String(socket.getInputStream().readAllBytes(),
                    StandardCharsets.UTF_8);
            tell(socket, answer.equals(ANSWER));
        }
    }

    private static void server(SSLContext context, String version, String alpn, boolean auth)
            throws IOException {
        var factory = context.getServerSocketFactory();
        try (var listener = (SSLServerSocket) factory.createServerSocket(0, 1,
                InetAddress.getLoopbackAddress())) {
            listener.setNeedClientAuth(auth);
            System.out.println("listening port=" + listener.getLocalPort());
            try (var socket = (SSLSocket) listener.accept()) {
                restrict(socket, version, alpn);
                InputStream in = socket.getInputStream();
                var request = new StringBuilder();
                while (request.indexOf("\r\n\r\n") < 0) {
                    int octet = in.read();
                    if (octet < 0) {
                        throw new SSLException("the request is cut");
                    }
                    request.append((char) octet);
                }
                send(socket, ANSWER);
                socket.shutdownOutput();
                tell(socket, in.read() < 0);
            }
        }
    }

    private static void restrict(SSLSocket socket, String version, String alpn) {
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setProtocols(new String[] {version});
        if (!alpn.equals("-")) {
            parameters.setApplicationProtocols(alpn.split(","));
        }
        socket.setSSLParameters(parameters);
    }

    private static void send(SSLSocket socket, String text) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    private static void tell(SSLSocket socket, boolean complete) {
        var session = socket.getSession();
        System.out.println("done version=" + session.getProtocol()
                + " suite=" + session.getCipherSuite()
                + " alpn=" + socket.getApplicationProtocol()
                + " peer=" + peer(session)
                + " complete=" + complete);
    }

    private static String peer(SSLSession session) {
        try {
            var certificate = (X509Certificate) session.getPeerCertificates()[0];
            return certificate.getSubjectX500Principal().getName().replaceAll(".* ", "");
        } catch (SSLPeerUnverifiedException none) {
            return "none";
        }
    }

    /** Trusts ca.pem and shows NAME.pem. */
    private static SSLContext context(Path pki, String name) throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("ca", certificate(pki.resolve("ca.pem")));
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);

        KeyStore own = KeyStore.getInstance("PKCS12");
        own.load(null, null);
        own.setKeyEntry("own", key(pki.resolve(name + ".key")), new char[0],
                new Certificate[] {certificate(pki.resolve(name + ".pem"))});
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(own, new char[0]);

        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    private static Certificate certificate(Path path) throws Exception {
        try (InputStream in = Files.newInputStream(path)) {
            return CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    private static PrivateKey key(Path path) throws Exception {
        String[] lines = Files.readString(path).split("\n");
        String der = String.join("", Arrays.copyOfRange(lines, 1, lines.length - 1));
        var spec = new PKCS8EncodedKeySpec(Base64.getDecoder().decode(der));
        return KeyFactory.getInstance("EC").generatePrivate(spec);
    }
}
