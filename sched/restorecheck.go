package sched

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// CheckRestore runs some random executions of a reusable program in one world,
// restores it after each, and compares it then with a fresh one: its objects,
// the variables registered with [Save] and [SaveSlice], and all that can be
// reached from these. The error tells the first difference. What only functions
// can reach is not seen.
func CheckRestore(p *Program, executions int64, seed uint64) error {
	if !p.Reusable {
		return fmt.Errorf("%s is not reusable", p.Name)
	}
	fresh := newEngine(p, &atMost{left: 0}, newSymmetric())
	if err := fresh.run(); err != nil {
		return err
	}
	var diff string
	var used *engine
	watched := *p
	watched.Setup = func(w *World) {
		p.Setup(w)
		w.OnStart(func() {
			if diff == "" && used.runs > 0 {
				diff = w.differsFrom(fresh.w)
			}
		})
	}
	used = newEngine(&watched, &atMost{newRandom(&Options{Seed: seed}), executions + 1}, newSymmetric())
	if err := used.run(); err != nil {
		return err
	}
	if diff != "" {
		return fmt.Errorf("%s: a restored world differs from a fresh one: %s", p.Name, diff)
	}
	return nil
}

// atMost is a strategy that stops after left executions.
type atMost struct {
	Strategy
	left int64
}

func (s *atMost) Next(r *Result) (Schedule, bool) {
	if s.left == 0 {
		return nil, false
	}
	s.left--
	return s.Strategy.Next(r)
}

// differsFrom tells the first difference between w and o, "" if there is none.
func (w *World) differsFrom(o *World) string {
	if len(w.objects) != len(o.objects) || len(w.saved) != len(o.saved) || !slices.Equal(w.nextObj[:1], o.nextObj[:1]) {
		return fmt.Sprintf("%d objects and %d variables, were %d and %d", len(w.objects), len(w.saved), len(o.objects), len(o.saved))
	}
	c := &comparison{same: map[reached]uintptr{}, from: map[reached]uintptr{}}
	for i := range w.objects {
		name := "object"
		if n, ok := w.objects[i].(namer); ok {
			name = n.objectName(0)
		}
		c.add(name, reflect.ValueOf(w.objects[i]), reflect.ValueOf(o.objects[i]))
	}
	for i := range w.saved {
		c.add("", reflect.ValueOf(w.saved[i]).Elem().FieldByName("live"), reflect.ValueOf(o.saved[i]).Elem().FieldByName("live"))
	}
	for len(c.todo) > 0 && c.diff == "" {
		next := c.todo[len(c.todo)-1]
		c.todo = c.todo[:len(c.todo)-1]
		c.compare(next)
	}
	return c.diff
}

// comparison compares two graphs of values: they must have the same values and
// the same pointers, up to addresses.
type comparison struct {
	todo []twoValues
	same map[reached]uintptr // what a pointer of the first is in the second
	from map[reached]uintptr // and the other way
	diff string
}

type twoValues struct {
	path string
	a, b reflect.Value
}

type reached struct {
	p uintptr
	t reflect.Type
}

func (c *comparison) add(path string, a, b reflect.Value) {
	c.todo = append(c.todo, twoValues{path, a, b})
}

func (c *comparison) differ(v twoValues, a, b any) {
	if c.diff == "" {
		c.diff = fmt.Sprintf("%s is %v, fresh %v", strings.TrimPrefix(v.path, "."), a, b)
	}
}

var (
	worldType = reflect.TypeFor[*World]()
	taskType  = reflect.TypeFor[*Task]()
	cellType  = reflect.TypeFor[Cell]()
)

func (c *comparison) compare(v twoValues) {
	a, b := v.a, v.b
	if !a.IsValid() || !b.IsValid() || a.Type() != b.Type() {
		if a.IsValid() || b.IsValid() {
			c.differ(v, a, b)
		}
		return
	}
	switch k := a.Kind(); k {
	case reflect.Pointer, reflect.Func, reflect.Chan, reflect.UnsafePointer, reflect.Interface:
		if a.IsNil() != b.IsNil() {
			c.differ(v, nilness(a), nilness(b))
		} else if k == reflect.Interface {
			c.add(v.path, a.Elem(), b.Elem())
		} else if k == reflect.Pointer && !a.IsNil() {
			c.pointer(v)
		}
	case reflect.Struct:
		for i := range a.NumField() {
			if a.Type() == cellType && a.Type().Field(i).Name != "name" {
				continue // a cell forgets by itself
			}
			c.add(v.path+"."+a.Type().Field(i).Name, a.Field(i), b.Field(i))
		}
	case reflect.Slice, reflect.Array:
		if a.Len() != b.Len() {
			c.differ(twoValues{path: "the length of " + v.path}, a.Len(), b.Len())
			return
		}
		for i := range a.Len() {
			c.add(fmt.Sprintf("%s[%d]", v.path, i), a.Index(i), b.Index(i))
		}
	case reflect.Map:
		c.maps(v)
	default:
		if x, y := scalar(a), scalar(b); x != y {
			c.differ(v, x, y)
		}
	}
}

func nilness(v reflect.Value) string {
	if v.IsNil() {
		return "nil"
	}
	return "not nil"
}

// pointer compares what two pointers that are not nil lead to, once.
func (c *comparison) pointer(v twoValues) {
	switch v.a.Type() {
	case worldType:
		return
	case taskType:
		x, y := v.a.Elem().FieldByName("index").Int(), v.b.Elem().FieldByName("index").Int()
		if x != y {
			c.differ(v, fmt.Sprint("task ", x), fmt.Sprint("task ", y))
		}
		return
	}
	a, b := reached{v.a.Pointer(), v.a.Type()}, reached{v.b.Pointer(), v.b.Type()}
	to, seenA := c.same[a]
	from, seenB := c.from[b]
	switch {
	case seenA != seenB || seenA && (to != b.p || from != a.p):
		c.differ(v, "another pointer", "one that is also elsewhere")
		return
	case seenA:
		return
	}
	c.same[a], c.from[b] = b.p, a.p
	c.add(v.path, v.a.Elem(), v.b.Elem())
}

// maps compares two maps, whose keys must print differently.
func (c *comparison) maps(v twoValues) {
	keys := func(m reflect.Value) map[string]reflect.Value {
		named := map[string]reflect.Value{}
		for _, k := range m.MapKeys() {
			named[fmt.Sprint(scalar(k))] = m.MapIndex(k)
		}
		return named
	}
	a, b := keys(v.a), keys(v.b)
	var names []string
	for name := range a {
		names = append(names, name)
	}
	slices.Sort(names)
	if len(a) != len(b) {
		c.differ(twoValues{path: "the length of " + v.path}, len(a), len(b))
	}
	for _, name := range names {
		c.add(v.path+"["+name+"]", a[name], b[name])
	}
}

// scalar returns a value without parts, to compare and to print.
func scalar(v reflect.Value) any {
	switch {
	case v.CanInt():
		return v.Int()
	case v.CanUint():
		return v.Uint()
	case v.CanFloat():
		return v.Float()
	case v.CanComplex():
		return v.Complex()
	case v.Kind() == reflect.Bool:
		return v.Bool()
	case v.Kind() == reflect.String:
		return v.String()
	}
	return v.Kind()
}
