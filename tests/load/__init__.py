"""
The shop under load, as a real shop runs it: rates, times, queries and CPU of the pages and of placing an order.

    make bench                         all parts; the result is kept in tests/load/results, and its table in the README
    make bench ARGS=menu               one part, printed only: menu, orders, board, api, flow or growth
    make bench ARGS="flow --clients 8 --seconds 3"
    make bench ARGS=readme             the README's table anew, from the newest result

Figures to read and compare, never asserted. Two limits are measured in the same run, because a machine's speed differs
from day to day: an empty view behind the same middleware, and an order written by hand with psycopg alone.
"""
