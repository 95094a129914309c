// Package linktest has a certificate authority for tests of links between nodes. It keeps its key in memory and issues
// whatever it is asked for: nothing of it is for use.
package linktest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Authority signs certificates and revocation lists. Its methods are for one goroutine.
type Authority struct {
	Path string // of its own certificate, PEM

	dir  string
	key  *ecdsa.PrivateKey
	cert *x509.Certificate
	last int64
}

// Certificate is one that was issued.
type Certificate struct {
	Path, Key string // PEM files
	Serial    *big.Int
}

// New makes an authority in a folder of the test.
func New(t testing.TB) *Authority {
	t.Helper()
	a := &Authority{dir: t.TempDir(), last: 1}
	a.Path = filepath.Join(a.dir, "authority.pem")
	var err error
	if a.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "an authority of tests"}, NotBefore: now.Add(-24 * time.Hour), NotAfter: now.Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &a.key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	write(t, a.Path, "CERTIFICATE", der)
	return a
}

// Issue makes a certificate for a DNS name that is in force until so long from now, for both ends of a link where no use
// is named.
func (a *Authority) Issue(t testing.TB, name string, until time.Duration, use ...x509.ExtKeyUsage) Certificate {
	t.Helper()
	if len(use) == 0 {
		use = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth}
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	a.last++
	c := Certificate{Serial: big.NewInt(a.last)}
	template := &x509.Certificate{
		SerialNumber: c.Serial, Subject: pkix.Name{CommonName: name}, DNSNames: []string{name}, NotBefore: time.Now().Add(-12 * time.Hour), NotAfter: time.Now().Add(until),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: use,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	c.Path, c.Key = filepath.Join(a.dir, c.Serial.String()+".pem"), filepath.Join(a.dir, c.Serial.String()+".key")
	write(t, c.Path, "CERTIFICATE", der)
	write(t, c.Key, "EC PRIVATE KEY", raw)
	return c
}

// Revoke writes the list of what was revoked, whose next is due in so long from now.
func (a *Authority) Revoke(t testing.TB, path string, next time.Duration, serials ...*big.Int) {
	t.Helper()
	now := time.Now()
	template := &x509.RevocationList{Number: big.NewInt(now.UnixNano()), ThisUpdate: now.Add(-24 * time.Hour), NextUpdate: now.Add(next)}
	for _, s := range serials {
		template.RevokedCertificateEntries = append(template.RevokedCertificateEntries, x509.RevocationListEntry{SerialNumber: s, RevocationTime: now})
	}
	der, err := x509.CreateRevocationList(rand.Reader, template, a.cert, a.key)
	if err != nil {
		t.Fatal(err)
	}
	write(t, path, "X509 CRL", der)
}

func write(t testing.TB, path, kind string, der []byte) {
	t.Helper()
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
}
