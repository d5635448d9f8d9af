package litmus

import (
	"fmt"
	"strings"
	"testing"
)

// decls are six good lines; a bad line after them is line 7.
const decls = "litmus 1\nname n\nmutex m\nrwmutex rw\nvar x = 0\nvar y = 0\n"

const exprHelp = "; an expression is N, acc, acc+N or acc-N"

var badFiles = []struct {
	text string
	want string // without the name of the file
}{
	// The frame of a file.
	{"", "1: the file is empty; it starts with the line: litmus 1"},
	{"# only\n\n# comments\n", "3: the file is empty; it starts with the line: litmus 1"},
	{"name n\n", "1: name before the first line, which is: litmus 1"},
	{"task A:\n", "1: task before the first line, which is: litmus 1"},
	{"hello\n", "1: a litmus file starts with the line: litmus 1"},
	{"C MP\n{ }\n", "1: a litmus file starts with the line: litmus 1"},
	{"# A list\n\n* of points, with commas\n", "3: a litmus file starts with the line: litmus 1"},
	{"litmus\n", `1: bad litmus line "litmus"; it is: litmus 1`},
	{"litmus 1 2\n", `1: bad litmus line "litmus 1 2"; it is: litmus 1`},
	{"litmus 2\nname n\n", `1: version "2" is not known; this reads: litmus 1`},
	{"litmus 01\nname n\n", `1: version "01" is not known; this reads: litmus 1`},
	{"litmus 1\n", "1: no name; the second line is: name NAME"},
	{"litmus 1\nlitmus 1\n", "2: a second litmus line"},
	{"litmus 1\nvar x = 0\n", "2: var before the second line, which is: name NAME"},
	{"litmus 1\nname\n", `2: bad name line "name"; it is: name NAME`},
	{"litmus 1\nname two words\n", `2: bad name line "name two words"; it is: name NAME`},
	{"litmus 1\nname -n\n", `2: bad name "-n"; a program's name is letters, digits and _, later also . and -`},
	{"litmus 1\nname a+b\n", `2: bad name "a+b"; a program's name is letters, digits and _, later also . and -`},
	{"litmus 1\nname n\nname m\n", "3: a second name line"},
	{"litmus 1\nname n\n", "2: no task; a program has one or more lines: task T: OP; OP"},
	{decls, "6: no task; a program has one or more lines: task T: OP; OP"},
	{decls + "\n# end\n", "8: no task; a program has one or more lines: task T: OP; OP"},
	{decls + "thread A: read x\n", `7: unknown line "thread"; a line starts with name, mutex, rwmutex, var, task or final`},
	{decls + "task A:\nvar z = 0\n", "8: var after the first task; locks and variables stand before the tasks"},
	{decls + "task A:\nmutex z\n", "8: mutex after the first task; locks and variables stand before the tasks"},
	{decls + "task A:\nlitmus 1\n", "8: a second litmus line"},
	{decls + "task A:\nfinal x == 0\ntask B:\n", "9: task after final; the tasks stand before the first final"},
	{decls + "task A:\nfinal x == 0\nrwmutex z\n", "9: rwmutex after the first task; locks and variables stand before the tasks"},
	{decls + "final x == 0\ntask A:\n", "7: final before the first task"},
	{decls + "task A: read @x\n", "7: unexpected character '@'"},
	{decls + "task Ä:\n", "7: unexpected character 'Ä'"},
	{decls + "task A:\n\xff\n", "8: byte 0xff is not UTF-8 text"},
	{"\ufefflitmus 1\n", `1: unexpected character '\ufeff'`},

	// Declarations.
	{decls + "mutex\n", `7: bad mutex line "mutex"; it is: mutex M`},
	{decls + "rwmutex a b\n", `7: bad rwmutex line "rwmutex a b"; it is: rwmutex M`},
	{decls + "mutex 1st\n", `7: bad name "1st"; the name of a mutex is letters, digits and _, and starts with no digit`},
	{decls + "var a-b = 0\n", `7: bad name "a-b"; the name of a var is letters, digits and _, and starts with no digit`},
	{decls + "var z\n", `7: bad var line "var z"; it is: var X = N`},
	{decls + "var z == 0\n", `7: bad var line "var z == 0"; it is: var X = N`},
	{decls + "var z = 0 0\n", `7: bad var line "var z = 0 0"; it is: var X = N`},
	{decls + "var z = zero\n", "7: zero is not a number"},
	{decls + "var z = 0x10\n", "7: 0x10 is not a number"},
	{decls + "var z = 1_000\n", "7: 1_000 is not a number"},
	{decls + "var z = +1\n", "7: +1 is not a number"},
	{decls + "var z = -\n", "7: - is not a number"},
	{decls + "var z = 9223372036854775808\n", "7: 9223372036854775808 does not fit in 64 bits with a sign"},
	{decls + "var z = -9223372036854775809\n", "7: -9223372036854775809 does not fit in 64 bits with a sign"},
	{decls + "var x = 1\n", "7: x is already the name of a var (line 5)"},
	{decls + "rwmutex m\n", "7: m is already the name of a mutex (line 3)"},
	{decls + "task rw:\n", "7: rw is already the name of a rwmutex (line 4)"},
	{decls + "task A:\ntask A:\n", "8: A is already the name of a task (line 7)"},

	// Tasks.
	{decls + "task A\n", `7: bad task line "task A"; it is: task T: OP; OP`},
	{decls + "task : read x\n", `7: bad task line "task : read x"; it is: task T: OP; OP`},
	{decls + "task A read x\n", `7: bad task line "task A read x"; it is: task T: OP; OP`},
	{decls + "task A.b: read x\n", `7: bad name "A.b"; the name of a task is letters, digits and _, and starts with no digit`},
	{decls + "task A: read x;\n", "7: task A, operation 2: empty; operations are separated by one semicolon, and none follows the last"},
	{decls + "task A: ; read x\n", "7: task A, operation 1: empty; operations are separated by one semicolon, and none follows the last"},
	{decls + "task A: read x;; read x\n", "7: task A, operation 2: empty; operations are separated by one semicolon, and none follows the last"},
	{decls + "task A: load x\n", `7: task A, operation 1: unknown operation "load"; there are read write add inc cas lock unlock trylock rlock runlock wlock wunlock set skip assert wait`},
	{decls + "task A: READ x\n", `7: task A, operation 1: unknown operation "READ"; there are read write add inc cas lock unlock trylock rlock runlock wlock wunlock set skip assert wait`},
	{decls + "task A: read x : y\n", `7: task A, operation 1: bad read "x : y"; it is: read X`},

	// Operands.
	{decls + "task A: read\n", `7: task A, operation 1: bad read ""; it is: read X`},
	{decls + "task A: read x y\n", `7: task A, operation 1: bad read "x y"; it is: read X`},
	{decls + "task A: read z\n", "7: task A, operation 1: read: z is not declared; it needs a line: var z = 0"},
	{decls + "task A: read 7\n", `7: task A, operation 1: read: "7" is no name of a var`},
	{decls + "task A: read m\n", "7: task A, operation 1: read: m is a mutex (line 3), not a var"},
	{decls + "task A: read A\n", "7: task A, operation 1: read: A is a task (line 7), not a var"},
	{decls + "task A: read x; write x\n", `7: task A, operation 2: bad write "x"; it is: write X E`},
	{decls + "task A: write x acc + 1\n", `7: task A, operation 1: bad write "x acc + 1"; it is: write X E`},
	{decls + "task A: write x y\n", "7: task A, operation 1: write: y is not a number" + exprHelp},
	{decls + "task A: write x acc*2\n", "7: unexpected character '*'"},
	{decls + "task A: write x acc2\n", "7: task A, operation 1: write: acc2 is not an expression" + exprHelp},
	{decls + "task A: write x acc+\n", `7: task A, operation 1: write: bad expression acc+: "" after acc+ is no number that fits in 64 bits`},
	{decls + "task A: write x acc-9223372036854775808\n", `7: task A, operation 1: write: bad expression acc-9223372036854775808: "9223372036854775808" after acc- is no number that fits in 64 bits`},
	{decls + "task A: write x 99999999999999999999\n", "7: task A, operation 1: write: 99999999999999999999 does not fit in 64 bits with a sign" + exprHelp},
	{decls + "task A: add x acc\n", "7: task A, operation 1: add: acc is not a number"},
	{decls + "task A: inc x\n", `7: task A, operation 1: bad inc "x"; it is: inc X N`},
	{decls + "task A: cas x 1\n", `7: task A, operation 1: bad cas "x 1"; it is: cas X E E2`},
	{decls + "task A: cas m 0 1\n", "7: task A, operation 1: cas: m is a mutex (line 3), not a var"},
	{decls + "task A: set\n", `7: task A, operation 1: bad set ""; it is: set E`},
	{decls + "task A: set x\n", "7: task A, operation 1: set: x is not a number" + exprHelp},
	{decls + "task A: lock rw\n", "7: task A, operation 1: lock: rw is a rwmutex (line 4), not a mutex"},
	{decls + "task A: unlock x\n", "7: task A, operation 1: unlock: x is a var (line 5), not a mutex"},
	{decls + "task A: trylock rw\n", "7: task A, operation 1: trylock: rw is a rwmutex (line 4), not a mutex"},
	{decls + "task A: rlock m\n", "7: task A, operation 1: rlock: m is a mutex (line 3), not a rwmutex"},
	{decls + "task A: runlock m\n", "7: task A, operation 1: runlock: m is a mutex (line 3), not a rwmutex"},
	{decls + "task A: wlock m\n", "7: task A, operation 1: wlock: m is a mutex (line 3), not a rwmutex"},
	{decls + "task A: wunlock q\n", "7: task A, operation 1: wunlock: q is not declared; it needs a line: rwmutex q"},
	{decls + "task A: lock q\n", "7: task A, operation 1: lock: q is not declared; it needs a line: mutex q"},
	{decls + "task A: skip unless acc == 0\n", `7: task A, operation 1: bad skip "unless acc == 0"; it is: skip K unless acc == N`},
	{decls + "task A: skip 0 unless acc == 0\n", "7: task A, operation 1: skip: cannot jump over 0 operations; K is at least 1"},
	{decls + "task A: skip -1 unless acc == 0\n", "7: task A, operation 1: skip: cannot jump over -1 operations; K is at least 1"},
	{decls + "task A: skip 1 if acc == 0\n", `7: task A, operation 1: skip: "if" instead of unless`},
	{decls + "task A: skip 1 unless x == 0\n", `7: task A, operation 1: skip: "x" instead of acc; the condition is on acc`},
	{decls + "task A: skip one unless acc == 0\n", "7: task A, operation 1: skip: one is not a number"},
	{decls + "task A: assert x == 0\n", `7: task A, operation 1: assert: "x" instead of acc; the condition is on acc`},
	{decls + "task A: assert acc\n", `7: task A, operation 1: bad assert "acc"; it is: assert acc == N`},
	{decls + "task A: assert acc <= 0\n", `7: task A, operation 1: assert: unknown comparison "<="; there are == != < >`},
	{decls + "task A: assert acc = 0\n", `7: task A, operation 1: assert: unknown comparison "="; there are == != < >`},
	{decls + "task A: assert acc == acc\n", "7: task A, operation 1: assert: acc is not a number"},
	{decls + "task A: wait x\n", `7: task A, operation 1: bad wait "x"; it is: wait X == N`},
	{decls + "task A: wait acc == 0\n", "7: task A, operation 1: wait: acc is not declared; it needs a line: var acc = 0"},
	{decls + "task A: wait x >> 0\n", `7: task A, operation 1: wait: unknown comparison ">>"; there are == != < >`},
	{decls + "task A: wait x == 1 2\n", `7: task A, operation 1: bad wait "x == 1 2"; it is: wait X == N`},

	// Finals.
	{decls + "task A:\nfinal x\n", `8: bad final line "final x"; it is: final X == N`},
	{decls + "task A:\nfinal x == 1 2\n", `8: bad final line "final x == 1 2"; it is: final X == N`},
	{decls + "task A:\nfinal z == 1\n", "8: final: z is not declared; it needs a line: var z = 0"},
	{decls + "task A:\nfinal m == 1\n", "8: final: m is a mutex (line 3), not a var"},
	{decls + "task A:\nfinal x === 1\n", `8: final: unknown comparison "==="; there are == != < >`},
	{decls + "task A:\nfinal x == y\n", "8: final: y is not a number"},
}

func TestBadFiles(t *testing.T) {
	for i, c := range badFiles {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			p, err := Parse("bad.litmus", c.text)
			if err == nil {
				t.Fatalf("%q parsed as %+v", c.text, p)
			}
			if want := "bad.litmus:" + c.want; err.Error() != want {
				t.Errorf("%q\ngot  %s\nwant %s", c.text, err, want)
			}
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("%q: the error has more than one line", c.text)
			}
		})
	}
}

func TestBadExpectations(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"# expect", `1: unknown expectation ""; there are traces interleavings preemptions outcome violation`},
		{"\n# expect trace 3", `2: unknown expectation "trace"; there are traces interleavings preemptions outcome violation`},
		{"# expect traces", `1: expect traces: "" is no positive number`},
		{"# expect traces 0", `1: expect traces: "0" is no positive number`},
		{"# expect traces 3\n# expect traces 3", "2: expect traces is stated twice"},
		{"# expect interleavings x", `1: expect interleavings: "x" is no positive number`},
		{"# expect preemptions", "1: expect preemptions needs a number for each bound from 0"},
		{"# expect preemptions 1 b", `1: expect preemptions: "b" is no positive number`},
		{"# expect preemptions 1\n# expect preemptions 2", "2: expect preemptions is stated twice"},
		{"# expect outcome", "1: expect outcome says nothing"},
		{"# expect outcome x=1\n# expect outcome x=0", `2: expect outcome: "x=0" is not in order after "x=1"`},
		{"# expect violation b\n# expect violation b", `2: expect violation: "b" is not in order after "b"`},
	} {
		_, err := ParseExpectations("f", c.text)
		if err == nil || err.Error() != "f:"+c.want {
			t.Errorf("%q\ngot  %v\nwant f:%s", c.text, err, c.want)
		}
	}
}

func TestExpectations(t *testing.T) {
	const text = "# expect traces 4\n# expect interleavings 6\n# expect preemptions 2 4\n" +
		"# expect outcome deadlock A B\n# expect outcome x=1 y=0\n# expect violation deadlock\n"
	e, err := ParseExpectations("f", "# comment\n# expected: no expectation\n"+text+"litmus 1\n")
	if err != nil {
		t.Fatal(err)
	}
	want := &Expectations{
		Traces: 4, Interleavings: 6, Preemptions: []uint64{2, 4},
		Outcomes: []string{"deadlock A B", "x=1 y=0"}, Violations: []string{"deadlock"},
	}
	if !e.Equal(want) {
		t.Errorf("got %+v", e)
	}
	if e.String() != text {
		t.Errorf("printed %s", e)
	}
}
