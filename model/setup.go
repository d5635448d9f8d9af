package model

import (
	"iter"

	"lockheld/sched"
)

// SetupM returns an M whose operations run at once although the world of k is
// one to be explored: for Setup, to prepare what is built on the machine. It is
// on its system stack, has a P if one is idle, and is not one of [Machine.Ms].
// [M.EndSetup] gives the P back. Words keep the value that they have then only
// if they are poked (see [sched.Word.Poke]); locks must be free.
func (k *Machine) SetupM(name string) *M {
	m := &M{id: len(k.ms), name: name, k: k, g0: true}
	m.t = sched.NewDirectWorld().Direct(name)
	if p := k.s.pidle; p != nil {
		k.s.pidle, k.s.npidle = p.link, k.s.npidle-1
		m.p, p.m, p.link, p.status = p, m, nil, Prunning
	}
	return m
}

// EndSetup gives the P of an M made by SetupM back.
func (m *M) EndSetup() {
	if p := m.p; p != nil {
		m.p, p.m, p.status = nil, nil, Pidle
		p.link, m.k.s.pidle = m.k.s.pidle, p
		m.k.s.npidle++
	}
}

// IdlePs iterates over the idle list. The caller holds sched.lock and does not
// change the list.
func (k *Machine) IdlePs(m *M) iter.Seq[*P] {
	return func(yield func(*P) bool) {
		k.cell.Read(m.t)
		for p := k.s.pidle; p != nil; p = p.link {
			if !yield(p) {
				return
			}
		}
	}
}
