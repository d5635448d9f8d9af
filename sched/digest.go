package sched

import "fmt"

// digest is a hash of fields, equal in every process (FNV-1a, 64 bits).
type digest uint64

func newDigest() digest { return 14695981039346656037 }

func (d *digest) add(b byte) { *d = (*d ^ digest(b)) * 1099511628211 }

func (d *digest) number(v uint64) {
	for range 8 {
		d.add(byte(v))
		v >>= 8
	}
}

// text adds s with its length, so that fields do not run into each other.
func (d *digest) text(s string) {
	d.number(uint64(len(s)))
	for i := range len(s) {
		d.add(s[i])
	}
}

// Digest returns a hash of what Setup declares: the names of the tasks and what
// each does first, the objects with their first values, the properties and the
// goals, in order. A schedule of one program means nothing to a program with
// another digest; the digest does not tell what the tasks do later.
func (p *Program) Digest() (uint64, error) {
	var d uint64
	x := newEngine(p, &noStep{}, newSymmetric())
	x.after = func(*Result) { d = x.w.digest() }
	err := x.run()
	return d, err
}

// noStep is a strategy that wants one execution, which ends before its first
// step.
type noStep struct{ begun bool }

func (s *noStep) Next(*Result) (Schedule, bool) {
	first := !s.begun
	s.begun = true
	return nil, first
}
func (*noStep) Pick(*View) int       { return Prune }
func (*noStep) Value(*View, int) int { return 0 }

func (w *World) digest() uint64 {
	d := newDigest()
	d.text(w.prog.Name)
	for _, t := range w.created[:w.setupTasks] {
		d.text(t.name)
		if t.daemon {
			d.add(1)
		}
		if t.state == taskParked {
			p := &t.pend
			for _, v := range [...]uint64{uint64(p.Kind), uint64(p.Cmp), uint64(p.Obj), uint64(p.Obj2), p.N, p.New} {
				d.number(v)
			}
		}
	}
	for _, n := range w.named[:w.setupNamed] {
		d.text(fmt.Sprintf("%T", n.by))
		d.number(uint64(n.n))
		d.text(n.by.objectName(n.first))
		if o, ok := n.by.(*Word); ok {
			d.number(o.init)
		}
	}
	for _, list := range [][]Property{w.always, w.atEnd} {
		d.number(uint64(len(list)))
		for i := range list {
			d.text(list[i].Name)
		}
	}
	for _, g := range w.goals {
		d.text(g.name)
	}
	return uint64(d)
}

// Digest returns a hash of what happened: each step with its choice, operation,
// values, and the tasks that could have moved instead, and the violations.
func (r *Trace) Digest() uint64 {
	d := newDigest()
	for i := range r.Steps {
		s := &r.Steps[i]
		ok := uint64(0)
		if s.OK {
			ok = 1
		}
		for _, v := range [...]uint64{uint64(s.Task), uint64(s.Value), uint64(s.Kind), uint64(s.Cmp), ok,
			uint64(s.Obj), uint64(s.Obj2), s.N, s.New, s.Before, s.Enabled} {
			d.number(v)
		}
	}
	for i := range r.Violations {
		v := &r.Violations[i]
		d.text(v.Kind.String())
		d.text(v.Site)
		d.number(uint64(v.Step))
	}
	return uint64(d)
}
