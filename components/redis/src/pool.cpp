// SPDX-License-Identifier: Apache-2.0
#include "weft/redis/pool.hpp"

#include <mutex>
#include <utility>

#include "weft/mutex.hpp"

namespace weft::redis {

struct pool::failure {
  mutex lock;
  error_report report;  // under the lock
};

pool::pool(connect_options to, std::int64_t most) : pool(std::make_shared<failure>(), std::move(to), most) {}

pool::pool(std::shared_ptr<failure> last, connect_options to, std::int64_t most)
    : last_(last),
      connections_(
          most,
          [last = std::move(last), to = std::move(to)](const detail::wait_limit& limit) {
            error_report why;
            result<connection> made = connect(limit, to, &why);
            if (!made) {
              const std::lock_guard hold(last->lock);
              last->report = std::move(why);
            }
            return made;
          },
          [](connection& c) { return c.is_idle(); }) {}

error_report pool::last_error() const {
  const std::lock_guard hold(last_->lock);
  return last_->report;
}

}  // namespace weft::redis
