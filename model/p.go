package model

import (
	"strconv"

	"lockheld/sched"
)

// Status is the state of a P.
type Status uint8

// States of a P. Runtime: _Pidle and so on, Go 1.16.
const (
	Pidle    Status = iota // on the idle list, or between two owners
	Prunning               // owned by the M that it is linked to
	Psyscall               // left behind by an M in a system call; anybody may take it
	Pgcstop                // stopped for a stop of the world
	Pdead                  // removed; its struct is kept and can be revived
)

var statusNames = [...]string{"Pidle", "Prunning", "Psyscall", "Pgcstop", "Pdead"}

// String returns the runtime's name of s without the underscore.
func (s Status) String() string {
	if int(s) < len(statusNames) {
		return statusNames[s]
	}
	return "Pinvalid"
}

// P is a processor: the right to run Go code, and the caches that go with it.
//
// Model: the status is a plain field of who owns the P, guarded by a race
// check, and stealable is the word for which the transitions out of Psyscall
// compete. The runtime has one atomic word for both. Nobody else acts on the
// difference between the other states, so nothing is lost but steps.
type P struct {
	ID int // index in allp

	k         *Machine
	name      string
	stealable *sched.Word // 1: in Psyscall
	cell      sched.Cell  // stands for status, m and link
	pState
}

// pState is what changes in a P during an execution.
type pState struct {
	made   bool // has been in allp
	status Status
	m      *M
	link   *P
	tick   uint64 // syscalltick
}

func newP(k *Machine, id int) *P {
	p := &P{ID: id, k: k, name: "P" + strconv.Itoa(id)}
	p.status = Pdead
	p.stealable = sched.NewWord(k.w, p.name+".status", 0)
	p.cell.Init(k.w, p.name, nil)
	sched.Save(k.w, &p.pState)
	return p
}

// Status returns the state of p. It is no step.
func (p *P) Status() Status { return p.status }

// M returns the M that p is linked to, or nil. It is no step.
func (p *P) M() *M { return p.m }

// Syscalltick returns the number of system calls that have ended or lost p.
func (p *P) Syscalltick() uint64 { return p.tick }

// Made reports whether p has ever been part of allp.
func (p *P) Made() bool { return p.made }

// Name returns "P" and the id.
func (p *P) Name() string { return p.name }

// stealForStop takes p out of Psyscall for a stop of the world.
func (p *P) stealForStop(m *M) bool {
	if !p.k.mutant(MutantNoCAS) {
		return p.steal(m, Pgcstop)
	}
	if p.stealable.Load(m.t) == 0 {
		return false
	}
	p.stealable.Store(m.t, 0)
	p.setStatus(m, Pgcstop)
	return true
}

// setStatus is a write by the owner of p, or by the holder of sched.lock.
func (p *P) setStatus(m *M, s Status) {
	p.cell.Write(m.t)
	p.status = s
}

// steal takes p out of Psyscall into state s, if it still is there. It is a step.
func (p *P) steal(m *M, s Status) bool {
	if !p.stealable.CAS(m.t, 1, 0) {
		return false
	}
	p.setStatus(m, s)
	if m.t.Tracing() {
		m.t.Note("%s takes %s out of the system call", m.name, p.name)
	}
	return true
}
