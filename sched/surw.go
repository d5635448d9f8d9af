package sched

// surw is selectively uniform random walk: in each execution it chooses one
// object on which steps of several tasks conflict, and makes every order of the
// steps on that object equally likely; all other steps are chosen at random
// (Zhao, Wolff, Mathur and Roychoudhury, Selectively uniform concurrency
// testing, ASPLOS 2025, section 4). As for [urw] this holds exactly if the
// numbers of steps of the profile are right and no task waits.
//
// Of the steps on a lock only the acquisitions count: who gives it back is not
// a matter of choice. So it holds for tasks that wait for the chosen lock alone.
type surw struct {
	random
	index  map[ObjID]int
	counts []objectCount
	orders []int   // objects whose steps have several orders
	known  weights // parents only: the tasks of the profile
	chosen ObjID   // whose steps are counted, 0: none
	w      weights // steps on the chosen object
	held   uint64  // tasks whose turn on the chosen object has not come
	turn   int     // task that makes the next step on it, -1: not drawn
}

// objectCount is what the tasks did with one object.
type objectCount struct {
	obj   ObjID
	most  []int64 // by task: the most steps of an execution
	now   []int64 // in the execution that is being learnt
	users uint64
	modes uint8 // set of them
}

func newSURW(o *Options) Strategy {
	return &surw{random: random{seed: o.Seed}, index: map[ObjID]int{}}
}

func (s *surw) Next(r *Result) (Schedule, bool) { return nextOf(s, r) }

// learn takes over the numbers of steps where they are higher.
func (s *surw) learn(r *Result) {
	if !profiled(s.made - 1) {
		return
	}
	for i := range r.Log {
		st := &r.Log[i]
		s.known.meet(st)
		if counts(st.Kind) {
			s.use(st.Obj, int(st.Task), modeOf(st.Kind, st.OK))
		}
	}
	for i := range s.counts {
		c := &s.counts[i]
		for t := range c.now {
			c.most[t] = max(c.most[t], c.now[t])
			c.now[t] = 0
		}
	}
}

// counts reports whether steps of a kind count as steps on their object. Second
// objects do not count: a wait counts for its place in the queue, a wake-up for
// the lock.
func counts(k OpKind) bool {
	switch k {
	case OpUnlock, OpRUnlock, OpWUnlock, OpSpawn, OpJoin:
		return false
	}
	return true
}

func (s *surw) use(obj ObjID, task int, m mode) {
	if obj == 0 {
		return
	}
	i, ok := s.index[obj]
	if !ok {
		i = len(s.counts)
		s.index[obj] = i
		s.counts = append(s.counts, objectCount{obj: obj})
	}
	c := &s.counts[i]
	for len(c.now) <= task {
		c.now, c.most = append(c.now, 0), append(c.most, 0)
	}
	c.now[task]++
	c.users |= 1 << uint(task)
	c.modes |= 1 << m
}

func (s *surw) begin() {
	s.random.begin()
	if refreshed(s.made - 1) {
		s.orders = s.orders[:0]
		for i := range s.counts {
			if s.counts[i].ordered() {
				s.orders = append(s.orders, i)
			}
		}
	}
	s.chosen, s.held, s.turn = 0, 0, -1
	if len(s.orders) > 0 {
		s.choose(&s.counts[s.orders[s.below(len(s.orders))]])
	}
}

// ordered reports whether several tasks use the object and do not all commute.
func (c *objectCount) ordered() bool {
	several := c.users&(c.users-1) != 0
	return several && (c.modes&(1<<modeWrite) != 0 || c.modes&(c.modes-1) != 0)
}

func (s *surw) choose(c *objectCount) {
	s.chosen = c.obj
	s.w.tasks, s.w.parent = s.known.tasks, s.known.parent
	clear(s.w.own[copy(s.w.own[:], c.most):])
	s.w.refresh()
	s.w.begin()
}

func (s *surw) Pick(v *View) int {
	if n := len(v.Log); n > 0 && v.Log[n-1].Kind == OpSpawn {
		s.spawn(&v.Log[n-1])
	}
	for {
		free := v.Enabled &^ s.held
		if free == 0 {
			if t, ok := s.overdue(v); ok {
				return t
			}
			continue
		}
		t := s.uniform(v, free)
		if !s.counted(v, t) {
			return t
		}
		if s.turn < 0 {
			s.turn = s.draw(v)
		}
		if s.turn == t || s.turn < 0 {
			s.count(t)
			return t
		}
		s.held |= 1 << uint(t)
	}
}

// overdue is what happens when every task that can move is held for the sake
// of one that cannot. If that one has ended, another draw is due, otherwise one
// of the held tasks moves.
func (s *surw) overdue(v *View) (t int, ok bool) {
	s.held = 0
	if s.turn >= 0 && v.Parked()&(1<<uint(s.turn)) == 0 {
		s.w.left[s.turn] = 0
		s.turn = -1
		return 0, false
	}
	t = s.weighted(v, v.Enabled, &s.w)
	s.count(t)
	return t, true
}

// spawn moves the steps of a task from the one that has started it to itself,
// and with them the turn.
func (s *surw) spawn(st *Step) {
	child, ok := spawned(st)
	if !ok {
		return
	}
	had := s.w.left[st.Task]
	s.w.spawn(st)
	if n := s.w.left[child]; s.turn == int(st.Task) && n > 0 && int64(s.below(int(max(had, n)))) < n {
		s.turn = child
	}
}

// counted reports whether the next step of t is on the chosen object.
func (s *surw) counted(v *View, t int) bool {
	p := v.Pending(t)
	return s.chosen != 0 && p.Obj == s.chosen && counts(p.Kind)
}

// count notes that t makes its next step on the chosen object.
func (s *surw) count(t int) {
	s.w.left[t] = max(s.w.left[t]-1, 0)
	s.held, s.turn = 0, -1
}

// draw chooses the task that makes the next step on the chosen object, with
// probability proportional to the steps that each has left there; -1 if none
// is known to have any.
func (s *surw) draw(v *View) int {
	var sum int64
	for _, t := range v.w.created {
		sum += s.w.left[t.index]
	}
	if sum == 0 {
		return -1
	}
	x := int64(s.below(int(sum)))
	for _, t := range v.w.created {
		if x -= s.w.left[t.index]; x < 0 {
			return t.index
		}
	}
	panic("sched: a draw beyond the sum of the weights")
}
