package io.shoal.transport.http;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.Objects;

/// A certificate that nobody else trusts, in files of PEM.
///
/// @param certificate a file
/// @param key its text
record WebCertificate(Path certificate, String key) {
  private static final String PASSWORD = "of the test";

  /// A certificate for `localhost` and 127.0.0.1.
  ///
  /// @param folder is made, and takes the files
  static WebCertificate in(Path folder)
      throws IOException, GeneralSecurityException, InterruptedException {
    return of("dns:localhost,ip:127.0.0.1", folder);
  }

  /// @param names as `keytool` writes those of a certificate
  /// @param folder is made, and takes the files
  static WebCertificate of(String names, Path folder)
      throws IOException, GeneralSecurityException, InterruptedException {
    Files.createDirectories(folder);
    Path store = folder.resolve("store.p12");
    Process keytool =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                    "-genkeypair",
                    "-keyalg",
                    "EC",
                    "-alias",
                    "node",
                    "-dname",
                    "CN=localhost",
                    "-ext",
                    "san=" + names,
                    "-validity",
                    "2",
                    "-storetype",
                    "PKCS12",
                    "-keystore",
                    store.toString(),
                    "-storepass",
                    PASSWORD))
            .redirectErrorStream(true)
            .start();
    String said = new String(keytool.getInputStream().readAllBytes());
    if (keytool.waitFor() != 0) {
      throw new IOException(said);
    }
    KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
    Path certificate = folder.resolve("certificate.pem");
    Files.writeString(certificate, pem("CERTIFICATE", keys.getCertificate("node").getEncoded()));
    byte[] key = Objects.requireNonNull(keys.getKey("node", PASSWORD.toCharArray())).getEncoded();
    return new WebCertificate(certificate, pem("PRIVATE KEY", key));
  }

  private static String pem(String what, byte[] der) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(what, Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der), what);
  }
}
