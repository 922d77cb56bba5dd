#include "base/crew.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <latch>
#include <string>
#include <thread>

using namespace keel;

TEST_CASE("a crew works off the most urgent task first, equals in the order they came") {
    Crew crew(1, {});
    std::vector<int> order;
    for (const int urgency : {2, 9, 2, 5}) {
        crew.add(static_cast<std::uint64_t>(urgency),
                 [&order, urgency](std::size_t) { order.push_back(urgency); });
    }
    crew.run();
    CHECK(order == std::vector<int>{9, 5, 2, 2});
}

TEST_CASE("tasks that a task adds are done too, and by the others of the crew") {
    Crew crew(2, {});
    std::latch both(2);
    crew.add(1, [&](std::size_t) {
        for (int i = 0; i < 2; ++i)
            crew.add(1, [&](std::size_t) { both.arrive_and_wait(); });  // needs two at once
    });
    crew.run();
    CHECK(both.try_wait());
}

TEST_CASE("the first failure of a crew is the one that is told, and stops the rest") {
    Crew crew(1, {});
    bool ran = false;
    crew.add(3, [](std::size_t) { throw Error(ErrorKind::io, "first"); });
    crew.add(2, [&](std::size_t) { ran = true; });
    CHECK_THROWS_WITH(crew.run(), "first");
    CHECK(crew.stop().stop_requested());
    CHECK_FALSE(ran);
}

TEST_CASE("a stop request from outside ends a crew") {
    std::stop_source stop;
    Crew crew(2, stop.get_token());
    std::atomic<int> done = 0;
    crew.add(2, [&](std::size_t) {
        ++done;
        stop.request_stop();
    });
    crew.add(1, [&](std::size_t) {
        while (!crew.stop().stop_requested()) {
        }
    });
    try {
        crew.run();
        FAIL("it went on");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::cancelled);
    }
    CHECK(done == 1);
}

TEST_CASE("a crew runs no more of the limited tasks at a time than it may, others beside them") {
    Crew crew(3, 1, {});
    std::atomic<int> limited = 0, most = 0, others = 0;
    for (int i = 0; i < 20; ++i) {
        crew.add_limited(5, [&](std::size_t) {
            most = std::max<int>(most, ++limited);
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
            --limited;
        });
        crew.add(1, [&](std::size_t) { ++others; });
    }
    crew.run();
    CHECK(most == 1);
    CHECK(others == 20);
}

TEST_CASE("of the tasks that may run now a crew takes the most urgent, limited or not") {
    Crew crew(1, 1, {});
    std::string order;
    crew.add_limited(2, [&](std::size_t) { order += "b"; });
    crew.add(3, [&](std::size_t) { order += "a"; });
    crew.add(1, [&](std::size_t) { order += "c"; });
    crew.run();
    CHECK(order == "abc");
}
