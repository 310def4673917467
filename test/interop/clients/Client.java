import java.io.FileInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.HashMap;
import java.util.Map;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;

/**
 * A client of java.net.http, whose certificate is in a keystore: the .p12 file, opened as it is.
 *
 *     java Client.java ca.crt password [url version file.p12]...
 *
 * Writes a line for each three arguments: the status, a blank, and the body on one line; or the exception. `-` is no keystore.
 */
class Client {
  /** By file: to open one takes long, since its password is hard to guess. */
  private static final Map<String, KeyManager[]> OPENED = new HashMap<>();

  public static void main(String[] args) throws Exception {
    KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
    trusted.load(null, null);
    try (var file = new FileInputStream(args[0])) {
      trusted.setCertificateEntry("ca", CertificateFactory.getInstance("X.509").generateCertificate(file));
    }
    for (int index = 2; index + 2 < args.length; index += 3) {
      try {
        System.out.println(ask(trusted, args[1], args[index], args[index + 1], args[index + 2]));
      } catch (Exception exception) {
        System.out.println("0 " + exception);
      }
    }
  }

  private static String ask(KeyStore trusted, String password, String url, String version, String own) throws Exception {
    TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    if (!OPENED.containsKey(own)) OPENED.put(own, open(own, password.toCharArray()));
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(OPENED.get(own), trust.getTrustManagers(), null);
    SSLParameters parameters = new SSLParameters();
    parameters.setProtocols(new String[] {version});
    HttpClient client = HttpClient.newBuilder().sslContext(context).sslParameters(parameters).version(HttpClient.Version.HTTP_1_1).build();
    HttpResponse<String> response = client.send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
    return response.statusCode() + " " + response.body().replace('\n', ' ');
  }

  private static KeyManager[] open(String own, char[] password) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    if (!own.equals("-")) {
      try (var file = new FileInputStream(own)) {
        store.load(file, password);
      }
    }
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, password);
    return keys.getKeyManagers();
  }
}
