package model

// Systemstack runs f on the system stack of m. There it is not preempted, its
// stack does not grow, and m keeps its P. Nested calls are allowed.
//
// Runtime: systemstack.
func (m *M) Systemstack(f func()) {
	was := m.g0
	if !was {
		m.observe(AtSwitch, "", nil)
	}
	m.g0 = true
	f()
	m.g0 = was
}

// OnSystemStack reports whether m is on its system stack.
func (m *M) OnSystemStack() bool { return m.g0 }

// Prologue is what happens at the entry of a function on a user stack: m may
// have to stop for a stop of the world, and the stack may have to grow. On the
// system stack it does nothing. fn is the name of the function.
//
// Runtime: the stack check that the compiler inserts, newstack, Go 1.16.
//
// Model: whether a stack is too small is a choice. A growth calls the hook
// StackGrow on the system stack, as newstack, copystack and stackalloc do, even
// while m holds runtime locks: the runtime does not refuse that either.
func (m *M) Prologue(fn string) {
	if m.g0 {
		return
	}
	m.Safepoint()
	k := m.k
	if !k.Opens(StackGrowth) || m.growths >= k.cfg.Growths {
		return
	}
	if m.t.Choose(k.growName(fn), 2) == 0 {
		return
	}
	m.growths++
	if m.t.Tracing() {
		m.t.Note("the stack of %s grows in %s", m.name, fn)
	}
	if k.Hooks.StackGrow != nil {
		m.g0 = true
		k.Hooks.StackGrow(m)
		m.g0 = false
	}
}

// growName returns the text of the choice in fn. It is built once.
func (k *Machine) growName(fn string) string {
	s, ok := k.growNames[fn]
	if !ok {
		s = "grow stack in " + fn
		k.growNames[fn] = s
	}
	return s
}
