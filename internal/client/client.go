// Package client is how a command speaks to a node: to the server that runs on its data folder, or, where none runs, to one
// in the command's own process. Both are spoken to through the same API.
package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	"overflight/internal/auth"
	"overflight/internal/catalogue"
	"overflight/internal/durable"
	"overflight/internal/node"
	"overflight/internal/server"
)

// Ticket is where the server of a data folder listens, in a file that only the owner of the folder can read.
type Ticket struct {
	Address string `json:"address"`
	Token   string `json:"token"`
	PID     int    `json:"pid"`
}

const (
	ticketFile = "server.json"
	maxTicket  = 1 << 12
)

// WriteTicket says where the server of a data folder listens.
func WriteTicket(data string, t Ticket) error {
	b, err := json.Marshal(t)
	if err != nil {
		return err
	}
	return durable.OS().WriteFile(filepath.Join(data, ticketFile), append(b, '\n'), 0o600)
}

// RemoveTicket says that no server listens any more.
func RemoveTicket(data string) error { return os.Remove(filepath.Join(data, ticketFile)) }

// Client speaks to a node.
type Client struct {
	http     *http.Client
	base     string
	token    string
	language catalogue.Language
	close    func() error
	Local    bool // the node is in this process
}

// Options say how to reach a node.
type Options struct {
	Config   node.Config
	Create   bool // make the data folder where there is none
	Language catalogue.Language
	Version  string
}

// Dial finds the server of a data folder, or opens the folder. The caller MUST call Close.
func Dial(ctx context.Context, o Options) (*Client, error) {
	c := &Client{language: o.Language, close: func() error { return nil }}
	if t, err := readTicket(o.Config.Data); err == nil {
		c.http, c.base, c.token = &http.Client{}, "http://"+t.Address, t.Token
		if c.answers(ctx) {
			return c, nil
		}
	}
	there, err := node.Exists(o.Config.Config)
	if err != nil {
		return nil, err
	}
	if !there {
		if !o.Create {
			return nil, fmt.Errorf("%w: %s", node.ErrNoFolder, o.Config.Data)
		}
		if err := node.Create(ctx, o.Config); err != nil {
			return nil, err
		}
	}
	return c, c.open(ctx, &o)
}

func readTicket(data string) (Ticket, error) {
	var t Ticket
	b, err := durable.OS().ReadFile(filepath.Join(data, ticketFile), maxTicket)
	if err == nil {
		err = json.Unmarshal(b, &t)
	}
	return t, err
}

// answers tells whether the server of a ticket is there: a file may be left of one that was killed.
func (c *Client) answers(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+"/api/v1/health", nil)
	if err != nil {
		return false
	}
	r.Header.Set("Authorization", "Bearer "+c.token)
	answer, err := c.http.Do(r)
	if err != nil {
		return false
	}
	return answer.Body.Close() == nil && answer.StatusCode == http.StatusOK
}

// open runs a node in this process.
func (c *Client) open(ctx context.Context, o *Options) error {
	n, err := node.Open(ctx, o.Config)
	if err != nil {
		return err
	}
	users, err := auth.Open(auth.In(o.Config.Data))
	if err != nil {
		return errors.Join(err, n.Close())
	}
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan error, 1)
	go func() { done <- n.Run(running) }()
	l := newMemory()
	served := make(chan error, 1)
	go func() {
		served <- server.Serve(running, l, server.New(server.Config{Node: n, Token: "-", Users: users, Version: o.Version}))
	}()
	c.Local, c.base, c.token = true, "http://localhost", "-"
	c.http = &http.Client{Transport: &http.Transport{DialContext: l.dial}}
	c.close = sync.OnceValue(func() error {
		stop()
		err := <-done
		<-served
		return errors.Join(err, n.Close())
	})
	select {
	case <-n.Ready():
		return nil
	case err := <-done:
		done <- nil
		return errors.Join(err, c.close())
	}
}

// Address is that of the server.
func (c *Client) Address() string { return c.base }

// Close ends what Dial began.
func (c *Client) Close() error { return c.close() }

// JSON asks and reads the answer into out, which may be nil. A refusal is a *server.Problem.
func (c *Client) JSON(ctx context.Context, method, path string, query url.Values, in, out any) error {
	answer, err := c.do(ctx, method, path, query, in)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Close() }() // it was only read
	if out == nil {
		return nil
	}
	if err := json.NewDecoder(answer).Decode(out); err != nil {
		return fmt.Errorf("reading the answer of %s: %w", path, err)
	}
	return nil
}

// Stream asks and returns the answer as it comes. The caller MUST close it.
func (c *Client) Stream(ctx context.Context, method, path string, query url.Values) (io.ReadCloser, error) {
	return c.do(ctx, method, path, query, nil)
}

// Send sends bytes as they are and reads the answer into out.
func (c *Client) Send(ctx context.Context, path string, in io.Reader, out any) error {
	answer, err := c.ask(ctx, http.MethodPost, c.base+"/api/v1"+path, in, "application/octet-stream")
	if err != nil {
		return err
	}
	defer func() { _ = answer.Close() }() // it was only read
	if err := json.NewDecoder(answer).Decode(out); err != nil {
		return fmt.Errorf("reading the answer of %s: %w", path, err)
	}
	return nil
}

func (c *Client) do(ctx context.Context, method, path string, query url.Values, in any) (io.ReadCloser, error) {
	var send io.Reader
	kind := ""
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return nil, err
		}
		send, kind = bytes.NewReader(b), "application/json"
	}
	address := c.base + "/api/v1" + path
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	return c.ask(ctx, method, address, send, kind)
}

func (c *Client) ask(ctx context.Context, method, address string, send io.Reader, kind string) (io.ReadCloser, error) {
	r, err := http.NewRequestWithContext(ctx, method, address, send)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "Bearer "+c.token)
	r.Header.Set("Accept-Language", string(c.language))
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	answer, err := c.http.Do(r)
	if err != nil {
		return nil, fmt.Errorf("asking the server: %w", err)
	}
	if answer.StatusCode < http.StatusBadRequest {
		return answer.Body, nil
	}
	defer func() { _ = answer.Body.Close() }() // it was only read
	var p server.Problem
	if err := json.NewDecoder(io.LimitReader(answer.Body, maxTicket<<4)).Decode(&p); err != nil || p.Status == 0 {
		return nil, fmt.Errorf("asking the server: %s", answer.Status)
	}
	return nil, &p
}

// memory is a listener within the process.
type memory struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func newMemory() *memory { return &memory{conns: make(chan net.Conn), done: make(chan struct{})} }

func (m *memory) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case m.conns <- theirs:
		return ours, nil
	case <-m.done:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Accept implements net.Listener.
func (m *memory) Accept() (net.Conn, error) {
	select {
	case c := <-m.conns:
		return c, nil
	case <-m.done:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (m *memory) Close() error {
	m.once.Do(func() { close(m.done) })
	return nil
}

// Addr implements net.Listener.
func (m *memory) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }
