package io.shoal.runtime.identity;

import java.security.Principal;
import java.security.cert.Certificate;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSessionContext;
import org.jspecify.annotations.Nullable;

/// A session as other stacks than the JDK's have: all is that of another one, and the method that
/// exports keys is the default one.
final class SessionWithoutExporter extends ExtendedSSLSession {
  private final SSLSession session;

  SessionWithoutExporter(SSLSession session) {
    this.session = session;
  }

  @Override
  public String[] getLocalSupportedSignatureAlgorithms() {
    return new String[0];
  }

  @Override
  public String[] getPeerSupportedSignatureAlgorithms() {
    return new String[0];
  }

  @Override
  public byte[] getId() {
    return session.getId();
  }

  @Override
  public @Nullable SSLSessionContext getSessionContext() {
    return session.getSessionContext();
  }

  @Override
  public long getCreationTime() {
    return session.getCreationTime();
  }

  @Override
  public long getLastAccessedTime() {
    return session.getLastAccessedTime();
  }

  @Override
  public void invalidate() {
    session.invalidate();
  }

  @Override
  public boolean isValid() {
    return session.isValid();
  }

  @Override
  public void putValue(String name, Object value) {
    session.putValue(name, value);
  }

  @Override
  public @Nullable Object getValue(String name) {
    return session.getValue(name);
  }

  @Override
  public void removeValue(String name) {
    session.removeValue(name);
  }

  @Override
  public String[] getValueNames() {
    return session.getValueNames();
  }

  @Override
  public Certificate[] getPeerCertificates() throws SSLPeerUnverifiedException {
    return session.getPeerCertificates();
  }

  @Override
  public Certificate @Nullable [] getLocalCertificates() {
    return session.getLocalCertificates();
  }

  @Override
  public Principal getPeerPrincipal() throws SSLPeerUnverifiedException {
    return session.getPeerPrincipal();
  }

  @Override
  public @Nullable Principal getLocalPrincipal() {
    return session.getLocalPrincipal();
  }

  @Override
  public String getCipherSuite() {
    return session.getCipherSuite();
  }

  @Override
  public String getProtocol() {
    return session.getProtocol();
  }

  @Override
  public @Nullable String getPeerHost() {
    return session.getPeerHost();
  }

  @Override
  public int getPeerPort() {
    return session.getPeerPort();
  }

  @Override
  public int getPacketBufferSize() {
    return session.getPacketBufferSize();
  }

  @Override
  public int getApplicationBufferSize() {
    return session.getApplicationBufferSize();
  }
}
