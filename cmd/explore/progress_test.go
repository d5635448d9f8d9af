package main

import (
	"math"
	"strings"
	"testing"
	"time"
)

// clock is a time that tests set.
type clock struct{ t time.Time }

func (c *clock) now() time.Time { return c.t }

func TestProgressLine(t *testing.T) {
	c := &clock{time.Unix(1000, 0)}
	var w strings.Builder
	p := newProgress(&w, 3, c.now)
	if got := p.line(); got != "" {
		t.Errorf("nothing runs: %q", got)
	}
	a, b := p.begin("first"), p.begin("second")
	a.live.Executions.Store(500)
	a.live.Depth.Store(42)
	c.t = c.t.Add(2 * time.Second)
	check := func(want string) {
		t.Helper()
		if got := p.line(); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	check("explore: 0/3 done, first: 500 executions, 250/s, depth 42 (+1)")
	p.limit = 2000
	check("explore: 0/3 done, first: 500 executions, 250/s, depth 42, 6s left (+1)")
	p.deadline = c.t.Add(4 * time.Second)
	check("explore: 0/3 done, first: 500 executions, 250/s, depth 42, 4s left (+1)")
	c.t = c.t.Add(9 * time.Second)
	p.limit = 0
	check("explore: 0/3 done, first: 500 executions, 45/s, depth 42, 0s left (+1)")
	p.deadline = time.Time{}
	for all, want := range map[float64]string{
		1234: ", about 1200 executions, 730 left", 84_321: ", about 84000 executions, 84000 left",
		1.26e9: ", about 1.3e+09 executions, 1.3e+09 left", math.Inf(1): "",
		500: ", more than the 500 that were expected", 84: ", more than the 84 that were expected",
	} {
		a.live.Expect(all)
		check("explore: 0/3 done, first: 500 executions, 45/s, depth 42" + want + " (+1)")
	}
	p.end(a)
	check("explore: 1/3 done, second: 0 executions, 0/s, depth 0")
	p.end(b)
	check("")
}

// On a terminal one line is rewritten, and taken away while something else is
// written; elsewhere each is a line of its own.
func TestProgressOutput(t *testing.T) {
	c := &clock{time.Unix(1000, 0)}
	var w strings.Builder
	p := newProgress(&w, 1, c.now)
	r := p.begin("one")
	p.show()
	p.hidden(func() { w.WriteString("result\n") })
	p.terminal = true
	p.show()
	p.hidden(func() { w.WriteString("result\n") })
	p.hidden(func() { w.WriteString("result\n") })
	r.name = strings.Repeat("long", 40)
	p.show()
	line := "explore: 0/1 done, one: 0 executions, 0/s, depth 0"
	want := line + "\nresult\n\r" + line + "\x1b[K\r\x1b[Kresult\nresult\n\rexplore: 0/1 done, "
	if got := w.String(); !strings.HasPrefix(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if got := w.String()[strings.LastIndex(w.String(), "\r"):]; len(got) != 1+79+3 {
		t.Errorf("a line of %d characters: %q", len(got)-4, got)
	}
}

// A nil progress says nothing and keeps the order of what is written.
func TestNoProgress(t *testing.T) {
	var p *progress
	r := p.begin("x")
	if r.figures() != nil {
		t.Error("figures that nobody looks at")
	}
	called := false
	p.hidden(func() { called = true })
	p.end(r)
	p.stop()
	if !called {
		t.Error("hidden did not call its function")
	}
}

// A scenario that takes long is asked about once.
func TestProgressAsks(t *testing.T) {
	c := &clock{time.Unix(1000, 0)}
	var w strings.Builder
	p := newProgress(&w, 1, c.now)
	r := p.begin("one")
	asked := make(chan bool, 2)
	p.asks(r, func() { asked <- true })
	p.show()
	c.t = c.t.Add(askAfter)
	if r.ask == nil {
		t.Fatal("asked too early")
	}
	p.show()
	if r.ask != nil {
		t.Fatal("it will be asked again")
	}
	<-asked
}
