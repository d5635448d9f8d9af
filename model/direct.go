package model

import "lockheld/sched"

// BareM returns a machine with one P, and an M that owns the P and is on its
// system stack, outside any exploration: its operations run at once.
func BareM(name string) (*Machine, *M) {
	k := New(sched.NewDirectWorld(), Config{})
	return k, k.DirectM(name)
}

// DirectM returns an M of a direct world. It is on its system stack and has a P
// if one was idle.
func (k *Machine) DirectM(name string) *M {
	m := k.newM(name, nil)
	m.t = k.w.Direct(name)
	m.g0 = true
	if p := k.s.pidle; p != nil {
		k.s.pidle, k.s.npidle = p.link, k.s.npidle-1
		m.p, p.m, p.link, p.status = p, m, nil, Prunning
	}
	return m
}
