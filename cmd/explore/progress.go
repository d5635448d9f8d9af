package main

import (
	"fmt"
	"io"
	"math"
	"os"
	"sync"
	"time"

	"lockheld/sched"
)

// Times between two lines of progress.
const (
	rewriteEvery = 200 * time.Millisecond // on a terminal, where one line is rewritten
	lineEvery    = 10 * time.Second       // elsewhere
)

// progress says on standard error how far an exploration is. A nil progress
// says nothing.
type progress struct {
	w        io.Writer
	terminal bool
	now      func() time.Time
	deadline time.Time // zero: none
	limit    int64     // executions of a scenario, 0: no limit

	mu      sync.Mutex
	total   int
	done    int
	running []*scenarioRun // in the order of their start
	shown   bool           // there is a line to rewrite
	quit    chan struct{}
	ended   chan struct{}
}

// scenarioRun is a scenario under way.
type scenarioRun struct {
	name  string
	start time.Time
	live  sched.Live
	ask   func() // estimates how many executions there will be; nil: nobody does, or it was asked
}

func newProgress(w io.Writer, total int, now func() time.Time) *progress {
	return &progress{w: w, terminal: isTerminal(w), now: now, total: total,
		quit: make(chan struct{}), ended: make(chan struct{})}
}

// isTerminal reports whether w is a character device that takes escape sequences.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok || os.Getenv("TERM") == "dumb" {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// run writes lines until stop is called.
func (p *progress) run() {
	every := lineEvery
	if p.terminal {
		every = rewriteEvery
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	defer close(p.ended)
	for {
		select {
		case <-tick.C:
			p.show()
		case <-p.quit:
			return
		}
	}
}

func (p *progress) stop() {
	if p != nil {
		close(p.quit)
		<-p.ended
		p.hidden(func() {})
	}
}

// begin adds a scenario and returns where its figures go.
func (p *progress) begin(name string) *scenarioRun {
	if p == nil {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	r := &scenarioRun{name: name, start: p.now()}
	p.running = append(p.running, r)
	return r
}

// asks sets how to estimate the number of executions of a scenario.
func (p *progress) asks(r *scenarioRun, ask func()) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	r.ask = ask
}

// end takes the scenario away.
func (p *progress) end(r *scenarioRun) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range p.running {
		if p.running[i] == r {
			p.running = append(p.running[:i], p.running[i+1:]...)
			break
		}
	}
	p.done++
}

// figures is the place for the figures of r, nil if nobody looks at them.
func (r *scenarioRun) figures() *sched.Live {
	if r == nil {
		return nil
	}
	return &r.live
}

// hidden calls f, which writes to what may be the same terminal, while the line
// of progress is away.
func (p *progress) hidden(f func()) {
	if p == nil {
		f()
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.shown {
		io.WriteString(p.w, "\r\x1b[K")
		p.shown = false
	}
	f()
}

// askAfter is the time after which a scenario is worth an estimate.
const askAfter = 2 * time.Second

func (p *progress) show() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.running) > 0 {
		if r := p.running[0]; r.ask != nil && p.now().Sub(r.start) >= askAfter {
			go r.ask()
			r.ask = nil
		}
	}
	line := p.line()
	if line == "" {
		return
	}
	if !p.terminal {
		io.WriteString(p.w, line+"\n")
		return
	}
	if len(line) > 79 {
		line = line[:79]
	}
	io.WriteString(p.w, "\r"+line+"\x1b[K")
	p.shown = true
}

// line describes the scenario that has run for longest, and counts the others.
func (p *progress) line() string {
	if len(p.running) == 0 {
		return ""
	}
	r := p.running[0]
	n := r.live.Executions.Load()
	rate := float64(n) / max(p.now().Sub(r.start).Seconds(), 0.001)
	s := fmt.Sprintf("explore: %d/%d done, %s: %d executions, %.0f/s, depth %d",
		p.done, p.total, r.name, n, rate, r.live.Depth.Load())
	switch all := r.live.Expected(); {
	case all > float64(n) && all < math.MaxFloat64:
		s += fmt.Sprintf(", about %s executions, %s left", about(all), about(all-float64(n)))
	case all > 0 && all <= float64(n): // few walks had most of the weight
		s += fmt.Sprintf(", more than the %s that were expected", about(all))
	}
	if left, ok := p.left(n, rate); ok {
		s += fmt.Sprintf(", %v left", left.Round(time.Second))
	}
	if more := len(p.running) - 1; more > 0 {
		s += fmt.Sprintf(" (+%d)", more)
	}
	return s
}

// left estimates the time that the scenario may still take, if it is limited.
func (p *progress) left(n int64, rate float64) (time.Duration, bool) {
	left, ok := time.Duration(0), false
	if p.limit > 0 && rate > 0 {
		left, ok = time.Duration(float64(max(p.limit-n, 0))/rate*float64(time.Second)), true
	}
	if !p.deadline.IsZero() {
		if d := max(p.deadline.Sub(p.now()), 0); !ok || d < left {
			left, ok = d, true
		}
	}
	return left, ok
}

// about writes a number to two digits.
func about(n float64) string {
	if n >= 1e6 {
		return fmt.Sprintf("%.1e", n)
	}
	unit := 1.0
	for n/unit >= 100 {
		unit *= 10
	}
	return fmt.Sprintf("%.0f", math.Round(n/unit)*unit)
}
