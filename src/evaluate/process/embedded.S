// Paths come from CMakeLists.txt, which also names the files as dependencies of this one.
    .section .rodata
    .balign 16
    .global vegttt_embedded_runner_begin, vegttt_embedded_runner_end
    .global vegttt_embedded_prelude_begin, vegttt_embedded_prelude_end
vegttt_embedded_runner_begin:
    .incbin VEGTTT_RUNNER_FILE
vegttt_embedded_runner_end:
    .balign 16
vegttt_embedded_prelude_begin:
    .incbin VEGTTT_PRELUDE_FILE
vegttt_embedded_prelude_end:
    .section .note.GNU-stack, "", %progbits
